import type { Anomaly, CheckVerdict, VerdictName } from "#core/verdict.ts";

/** All that a report shows. Times are milliseconds since the run began, unless the name says `wall`. */
export interface ReportData {
  readonly headline: Headline;
  readonly timeline: Timeline;
  readonly visible: Visible | undefined;
  readonly tables: readonly LakeTable[];
  readonly findings: readonly Finding[];
  readonly lives: Lives;
  readonly configurations: readonly Configuration[];
  readonly extracts: readonly Extract[];
  readonly logFiles: readonly LogFile[];
  readonly steps: readonly Step[];
  /** What the evidence does not have, and why: a part that is missing must not look like one that is empty. */
  readonly gaps: readonly string[];
}

export interface Headline {
  readonly verdict: VerdictName;
  readonly scenario: string;
  readonly story: string;
  readonly seed: number;
  readonly runId: string;
  readonly rerun: string;
  readonly runtime: string;
  readonly profile: string;
  readonly startedWallMs: number;
  readonly totalMs: number;
  /** Why the verdict is what it is: the error, the findings, or what was compared. */
  readonly reason: readonly string[];
  readonly checks: readonly CheckVerdict[];
  readonly versions: readonly (readonly [part: string, version: string])[];
  readonly timings: readonly (readonly [part: string, ms: number])[];
  readonly measured: readonly (readonly [what: string, count: number])[];
  readonly recoverMs: number | undefined;
}

export interface Timeline {
  readonly totalMs: number;
  readonly rows: RowSeries;
  readonly phases: readonly Span[];
  readonly faults: readonly FaultBand[];
  readonly marks: readonly Mark[];
}

/** Rows at each stage at the end of each of `mysql.length` equal pieces of the run. */
export interface RowSeries {
  readonly mysql: readonly number[];
  readonly topic: readonly number[];
  readonly lake: readonly number[];
  /** Counted row by row in the evidence, or only looked at now and then (offsets, tombstones and markers included). */
  readonly exact: boolean;
}

export interface Span {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface FaultBand {
  readonly label: string;
  readonly fromMs: number;
  /** Undefined where it was never healed. */
  readonly toMs: number | undefined;
  readonly when: string;
  readonly healed: string | undefined;
  /** The proof that it bit. */
  readonly proof: string | undefined;
}

export interface Mark {
  readonly atMs: number;
  readonly kind: "fault" | "server" | "schema" | "note" | "error" | "step";
  readonly text: string;
}

export interface Step {
  readonly text: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The time from MySQL's acknowledgement to the snapshot that made the row visible. */
export interface Visible {
  readonly all: Spread;
  readonly tables: readonly (Spread & { readonly table: string })[];
  readonly binMs: number;
  /** Operations in each bin of `binMs`; the last one has everything above it, too. */
  readonly bins: readonly number[];
  /** Operations in the ledger, of which `all.count` were seen in the lake. */
  readonly operations: number;
}

export interface Spread {
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** From the acknowledgement to the record in the topic. */
  readonly topicP50Ms: number;
}

export interface LakeTable {
  readonly table: string;
  readonly snapshots: readonly Snapshot[];
  readonly snapshotCount: number;
  readonly files: readonly DataFile[];
  readonly fileCount: number;
  readonly liveFiles: number;
  readonly liveRecords: number;
  readonly liveBytes: number;
}

export interface Snapshot {
  readonly id: string;
  readonly atMs: number;
  readonly operation: string;
  readonly addedRecords: number;
  readonly addedFiles: number;
  readonly current: boolean;
  /** What the sink wrote beside it: the commit's id, its control-topic offsets, valid-through. */
  readonly notes: string;
}

export interface DataFile {
  readonly path: string;
  readonly content: string;
  readonly records: number;
  readonly bytes: number;
  readonly snapshot: string;
  readonly live: boolean;
}

/** An anomaly with its rows, as far as the evidence has them. */
export interface Finding {
  readonly check: string;
  readonly expected: boolean;
  readonly anomaly: Anomaly;
  readonly examples: readonly Example[];
}

export interface Example {
  readonly key: string;
  readonly evidence: readonly string[];
  readonly mysql: Side;
  readonly topic: Side;
  readonly lake: Side;
  readonly columns: readonly ColumnValues[];
}

/** Where the newest version of a row stands at one stage. */
export interface Side {
  readonly times: number;
  readonly kind: string;
  readonly place: string;
}

export interface ColumnValues {
  readonly column: string;
  readonly mysql: string | null | undefined;
  readonly topic: string | null | undefined;
  readonly lake: string | null | undefined;
  readonly topicDiffers: boolean;
  readonly lakeDiffers: boolean;
}

/** The lives of rows, packed: numbers are places in `words`. */
export interface Lives {
  readonly words: readonly string[];
  readonly rows: readonly PackedRow[];
  readonly keysKept: number;
  readonly keys: number;
  readonly operations: number;
  /** Keys with an operation, and how many of them are kept. The others only came with the initial snapshot. */
  readonly changed: number;
  readonly changedKept: number;
}

export type PackedRow = readonly [table: number, key: string, events: readonly PackedEvent[]];

/** `label`, `gtid` and `kind` are words; -1 is none. `atMs` is null where MySQL's ledger has nothing. */
export type PackedEvent = readonly [
  kind: number,
  atMs: number | null,
  gtid: number,
  transaction: number | null,
  label: number,
  changes: readonly PackedChange[],
  records: readonly PackedRecord[],
];
export type PackedChange = readonly [column: number, before: string | null | 0, after: string | null];
/** A record in a topic with the lake's rows of it; a row that no record explains has -1 for partition and offset. */
export type PackedRecord = readonly [
  partition: number,
  offset: number,
  atMs: number | null,
  op: number,
  rows: readonly (readonly [snapshot: number, atMs: number | null, file: number])[],
];

export interface Configuration {
  readonly name: string;
  readonly entries: readonly (readonly [key: string, value: string])[];
}

/** What the servers' logs say around an event. */
export interface Extract {
  readonly atMs: number;
  readonly title: string;
  readonly servers: readonly { readonly server: string; readonly lines: readonly LogLine[]; readonly more: number }[];
}

export interface LogLine {
  readonly atMs: number;
  readonly text: string;
  readonly loud: boolean;
}

export interface LogFile {
  readonly name: string;
  readonly lines: number;
  /** False where its lines carry no time: they cannot be put beside an event. */
  readonly timed: boolean;
}
