import type { VersionSet } from "./versions.ts";

/** What a check, and a run, comes to. Order: the later one wins when several are folded into one. */
export const verdictNames = ["valid", "known-bug", "unknown", "invalid"] as const;
export type VerdictName = (typeof verdictNames)[number];

/** The process's exit code for each verdict; 2 is wrong usage. */
export const exitCodes: Readonly<Record<VerdictName, number>> = { valid: 0, "known-bug": 0, invalid: 1, unknown: 3 };

export const anomalyClasses = [
  "lost",
  "duplicate",
  "stale",
  "reordered",
  "phantom",
  "resurrected",
  "value-changed",
  "type-changed",
  "double-registered-file",
  "orphan-file",
  "offset-ahead-of-data",
  "offset-went-back",
  "never-committed",
] as const;
export type AnomalyClass = (typeof anomalyClasses)[number];

/** The way between two neighbouring stages. */
export const hops = [
  "mysql->debezium",
  "debezium->kafka",
  "mysql->kafka",
  "kafka->sink",
  "sink->object-store",
  "object-store->catalog",
  "catalog->duckdb",
] as const;
export type Hop = (typeof hops)[number];

export interface Anomaly {
  readonly class: AnomalyClass;
  /** Where it went wrong, as far as the checks can tell. */
  readonly hop: Hop;
  readonly table: string;
  /** The primary key as `column=value, …` of the first example. */
  readonly key: string;
  /** Rows (or operations) of this class, hop and table. */
  readonly count: number;
  /** Lines for a person: both rows, positions, the stages that have it. */
  readonly evidence: readonly string[];
}

export interface CheckVerdict {
  readonly name: string;
  readonly verdict: VerdictName;
  readonly anomalies: readonly Anomaly[];
  /** Why it is `unknown`, or what was compared. */
  readonly note?: string;
}

export interface Timings {
  readonly stackReadyMs: number;
  readonly seedMs: number;
  readonly actMs: number;
  readonly settleMs: number;
  readonly checkMs: number;
  readonly disposeMs: number;
  readonly totalMs: number;
}

/** `verdict.json`: the machine-readable end of a run. */
export interface RunVerdict {
  readonly version: 1;
  readonly verdict: VerdictName;
  readonly scenario: string;
  readonly seed: number;
  readonly runId: string;
  readonly rerun: string;
  readonly runtime: string;
  readonly versions: VersionSet;
  readonly checks: readonly CheckVerdict[];
  readonly recoverMs?: number;
  /** What was counted on the way: rows loaded, operations acknowledged, copies announced. Units last in the names. */
  readonly measured?: Readonly<Record<string, number>>;
  readonly timings: Timings;
  readonly error?: readonly string[];
}

/** The one verdict of several: `invalid` over `unknown` over `known-bug` over `valid`. */
export function foldVerdicts(verdicts: readonly VerdictName[]): VerdictName {
  return verdictNames[Math.max(0, ...verdicts.map((verdict) => verdictNames.indexOf(verdict)))] ?? "valid";
}
