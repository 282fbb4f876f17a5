import type { Allowed, Expectation, KnownBug } from "#core/expectation.ts";
import { expectedClass } from "#core/expectation.ts";
import { type AnomalyClass, anomalyClasses, type CheckVerdict, foldVerdicts, type VerdictName } from "#core/verdict.ts";
import { satisfies, type VersionSet } from "#core/versions.ts";

export interface JudgeOptions {
  /** The checks as they came out, before anything was allowed. */
  readonly checks: readonly CheckVerdict[];
  readonly expect: Expectation;
  readonly known: readonly KnownBug[];
  readonly versions: VersionSet;
  /** Counts that faults and plans have announced, by name. */
  readonly announced: Readonly<Record<string, number>>;
  /** Records delivered since the offsets were last flushed before a fault; undefined when nobody counted them. */
  readonly sinceLastOffsetFlush?: number;
}

export interface Judgement {
  readonly verdict: VerdictName;
  /** The checks with the verdict that the expectation makes of them. */
  readonly checks: readonly CheckVerdict[];
  /** Why, in lines for a person. */
  readonly notes: readonly string[];
}

/**
 * Holds what the checks found against what was expected. On versions with a known bug, exactly its anomaly is demanded:
 * another one is a finding, and so is its absence, but of one that shows `sometimes`.
 */
export function judge(options: JudgeOptions): Judgement {
  const { checks, known, versions } = options;
  const surprises = anomalyClasses.flatMap((anomaly) => surpriseOf(anomaly, options));
  const unexpected = new Set(surprises.filter(({ verdict }) => verdict === "invalid").map(({ anomaly }) => anomaly));
  const bugs = known.filter(({ when }) => applies(when, versions));
  const declared = new Set(bugs.map(({ anomaly }) => anomaly));
  const present = bugs.filter(({ anomaly }) => unexpected.has(anomaly));
  const absent = bugs.filter(({ anomaly, sometimes }) => sometimes !== true && !unexpected.has(anomaly));
  const shown = present.length > 0 && absent.length === 0;

  const judged = checks.map((check) => ({ ...check, verdict: verdictOf(check, { surprises, declared, shown }) }));
  const silent = absent.length > 0 ? (["invalid"] as const) : [];
  const classless = surprises.map(({ anomaly, verdict }) => (shown && declared.has(anomaly) ? "known-bug" : verdict));
  return {
    verdict: foldVerdicts([...judged.map(({ verdict }) => verdict), ...classless, ...silent]),
    checks: judged,
    notes: [
      ...surprises.map(({ note }) => note),
      ...(shown ? present.map(({ issue, anomaly }) => `${anomaly}: the known bug ${issue}`) : []),
      ...absent.map(({ issue, anomaly }) => `${issue} says ${anomaly} on these versions, and it did not appear`),
    ],
  };
}

/** A class whose count is not the expected one, or that cannot be judged. */
interface Surprise {
  readonly anomaly: AnomalyClass;
  readonly verdict: "invalid" | "unknown";
  readonly note: string;
}

function surpriseOf(anomaly: AnomalyClass, options: JudgeOptions): Surprise[] {
  const count = countOf(anomaly, options.checks);
  const allowed = options.expect[expectedClass(anomaly)] ?? 0;
  const bounds = boundsOf(allowed, options);
  if (bounds === undefined) {
    return [
      { anomaly, verdict: "unknown", note: `${anomaly}: ${describe(allowed)} was expected, and nobody counted that` },
    ];
  }
  if (count >= bounds.least && count <= bounds.most) return [];
  const expected = bounds.least === bounds.most ? String(bounds.most) : `at most ${bounds.most}`;
  return [{ anomaly, verdict: "invalid", note: `${anomaly}: ${count}, expected ${expected}` }];
}

/** Several checks may have seen the same rows: the one that saw most of a class counts. */
function countOf(anomaly: AnomalyClass, checks: readonly CheckVerdict[]): number {
  const counts = checks.map(({ anomalies }) =>
    anomalies.filter((found) => found.class === anomaly).reduce((sum, { count }) => sum + count, 0),
  );
  return Math.max(0, ...counts);
}

interface Bounds {
  readonly least: number;
  readonly most: number;
}

function boundsOf(allowed: Allowed, { announced, sinceLastOffsetFlush }: JudgeOptions): Bounds | undefined {
  if (typeof allowed === "number") return { least: allowed, most: allowed };
  if (allowed === "since-last-offset-flush") {
    return sinceLastOffsetFlush === undefined ? undefined : { least: 0, most: sinceLastOffsetFlush };
  }
  if ("atMost" in allowed) {
    const most = typeof allowed.atMost === "number" ? allowed.atMost : announced[allowed.atMost];
    return most === undefined ? undefined : { least: 0, most };
  }
  const count = announced[allowed.equals];
  return count === undefined ? undefined : { least: count, most: count };
}

function describe(allowed: Allowed): string {
  if (typeof allowed === "object" && "equals" in allowed) return `as many as ${allowed.equals}`;
  return typeof allowed === "object" ? `at most ${allowed.atMost}` : String(allowed);
}

interface Findings {
  readonly surprises: readonly Surprise[];
  readonly declared: ReadonlySet<AnomalyClass>;
  /** Whether every known bug of these versions has shown itself. */
  readonly shown: boolean;
}

function verdictOf(check: CheckVerdict, { surprises, declared, shown }: Findings): VerdictName {
  if (check.verdict === "unknown") return "unknown";
  // What did not happen and should have has no rows to count.
  if (check.verdict === "invalid" && check.anomalies.length === 0) return "invalid";
  const classes = new Set(check.anomalies.map((anomaly) => anomaly.class));
  const own = surprises.filter(({ anomaly }) => classes.has(anomaly));
  return foldVerdicts(own.map(({ anomaly, verdict }) => (shown && declared.has(anomaly) ? "known-bug" : verdict)));
}

/** Whether these are versions that have the bug. */
export function applies(when: KnownBug["when"], versions: VersionSet): boolean {
  return Object.entries(when).every(([axis, condition]) => {
    const version = Object.entries(versions).find(([name]) => name === axis)?.[1];
    return version !== undefined && satisfies(version, condition);
  });
}
