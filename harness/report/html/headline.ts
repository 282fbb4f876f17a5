import type { Stamped } from "#core/history.ts";
import type { Anomaly, CheckVerdict, RunVerdict } from "#core/verdict.ts";
import type { Headline } from "./data.ts";
import { count, hopText } from "./format.ts";

export interface HeadlineOptions {
  readonly events: readonly Stamped[];
  /** Undefined where the run ended before it had one. */
  readonly verdict: RunVerdict | undefined;
}

/** What a run was and came to: from its verdict, else from what its history has. */
export function headlineOf({ events, verdict }: HeadlineOptions): Headline {
  const checks = verdict?.checks ?? events.flatMap((event) => (event.type === "check" ? [event.check] : []));
  const started = events.find((event) => event.type === "run-started");
  const ended = events.findLast((event) => event.type === "run-ended");
  const of = <K extends "scenario" | "seed" | "runId" | "rerun" | "runtime" | "versions">(name: K) =>
    verdict?.[name] ?? started?.[name];
  return {
    verdict: verdict?.verdict ?? ended?.verdict ?? "unknown",
    scenario: of("scenario") ?? "unknown scenario",
    story: started?.story ?? "",
    seed: of("seed") ?? 0,
    runId: of("runId") ?? "",
    rerun: of("rerun") ?? "",
    runtime: of("runtime") ?? "",
    profile: started?.profile ?? "",
    startedWallMs: beganWallMs(events),
    totalMs: verdict?.timings.totalMs ?? events.at(-1)?.monoMs ?? 0,
    reason: reasonOf(verdict, checks),
    checks,
    versions: Object.entries(of("versions") ?? {}).filter(([, version]) => version !== ""),
    timings: Object.entries(verdict?.timings ?? {}),
    measured: Object.entries(verdict?.measured ?? {}),
    recoverMs: verdict?.recoverMs,
  };
}

/** In the order of what a person must know: the environment's error, what is wrong, else what was compared. */
function reasonOf(verdict: RunVerdict | undefined, checks: readonly CheckVerdict[]): string[] {
  if (verdict === undefined) return ["The run was cut off before it had a verdict. This is what it left."];
  if (verdict.error !== undefined && verdict.error.length > 0) return [...verdict.error];
  const anomalies = checks
    .filter((check) => check.verdict !== "valid")
    .flatMap((check) => check.anomalies.map(anomalyText));
  const undecided = checks
    .filter((check) => check.verdict === "unknown")
    .map(({ name, note }) => `${name}: ${note ?? "unknown"}`);
  if (verdict.verdict === "known-bug")
    return ["Exactly the anomaly that is declared for these versions:", ...anomalies];
  if (anomalies.length + undecided.length > 0) return [...anomalies, ...undecided];
  if (checks.length === 0) return ["Nothing was checked."];
  const names = checks.map(({ name }) => name).join(", ");
  return [`Every check holds: ${names}.`];
}

/** When the run began, on the wall clock. */
export function beganWallMs([first]: readonly Stamped[]): number {
  return first === undefined ? 0 : first.wallMs - first.monoMs;
}

function anomalyText({ class: kind, count: n, table, key, hop, evidence }: Anomaly): string {
  // Without a row, what was seen says more than a count.
  if (key === "") return `${kind}: ${evidence[0] ?? ""} (${hopText(hop)})`;
  return `${count(n)} × ${kind} in ${table}, at ${hopText(hop)}, the first ${key}`;
}
