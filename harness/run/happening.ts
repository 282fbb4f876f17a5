import type { CatalogLink, ConnectLink, KafkaLink, StoreLink } from "#core/addresses.ts";
import type { HttpMatch } from "#runtime/proxy/http/book.ts";
import type { CatalogKind, ConnectKind, StoreKind } from "#runtime/proxy/http/kinds.ts";
import type { KafkaMatch } from "#runtime/proxy/kafka/book.ts";
import type { SnapshotNote, SnapshotWord } from "#stages/debezium/signals.ts";
import type { ControlEvent, ControlEventType } from "#stages/iceberg/control-topic.ts";
import { comparePlaces } from "#stages/mysql/progress.ts";
import type { End } from "./sessions.ts";

/** An event of the pipeline that a moment can wait for. */
export type Happening =
  | ControlMessage
  /** So many rows in the topics or the tables, the initial snapshot's included; looked at every half second. */
  | { readonly rowsIn: "topics" | "lake"; readonly reach: number }
  /** The source's stored offset is past the first so many row changes of the act, or past a place in the binlog. */
  | { readonly sourceOffset: SourceReach }
  | SnapshotStep
  /** A connector's state as Connect's REST interface tells it, or one of its tasks': `FAILED`. */
  | { readonly connector: End; readonly state: string }
  /** A line of a server's log. */
  | { readonly log: string; readonly line: RegExp }
  | RequestEvent;

/** What the sink's tasks and their coordinator say: `{ control: "data-written", table: "employees", task: 1 }`. */
interface ControlMessage {
  readonly control: SinkStep;
  readonly table?: string;
  readonly task?: number;
}

/**
 * What the source says of a snapshot, in a pipeline with `signals`: an `incremental` one's `in-progress` is a chunk that has
 * been read. A blocking one is told of in the words of the initial one.
 */
interface SnapshotStep {
  readonly snapshot: SnapshotNote["snapshot"];
  readonly says: SnapshotWord;
  readonly table?: string;
}

export type SourceReach = { readonly operations: number } | { readonly file: string; readonly pos?: number };

/** A request at the proxy in a link, told apart as by `faults.http` and `faults.kafka`. It passes. */
export type RequestEvent =
  | { readonly link: KafkaLink; readonly on: KafkaMatch }
  | { readonly link: CatalogLink; readonly on: HttpMatch<CatalogKind> }
  | { readonly link: StoreLink; readonly on: HttpMatch<StoreKind> }
  | { readonly link: ConnectLink; readonly on: HttpMatch<ConnectKind> };

/** What the sink says in each of its commits, in its order. */
export const sinkSteps = [
  "start-commit",
  "data-written",
  "data-complete",
  "commit-to-table",
  "commit-complete",
] as const;
type SinkStep = (typeof sinkSteps)[number];

const controlTypes: Readonly<Record<SinkStep, ControlEventType>> = {
  "start-commit": "START_COMMIT",
  "data-written": "DATA_WRITTEN",
  "data-complete": "DATA_COMPLETE",
  "commit-to-table": "COMMIT_TO_TABLE",
  "commit-complete": "COMMIT_COMPLETE",
};

/** Something that was seen. */
export type Seen =
  /** `task`: whose producer wrote it; only where a moment asks for it. */
  | { readonly kind: "control"; readonly event: ControlEvent; readonly task?: number | undefined }
  | { readonly kind: "rows"; readonly stage: "topics" | "lake"; readonly rows: number }
  /** `operations`: how many of the act's, from the first on, lie before it. */
  | { readonly kind: "source-offset"; readonly file: string; readonly pos: number; readonly operations: number }
  | { readonly kind: "snapshot"; readonly note: SnapshotNote }
  | { readonly kind: "connector"; readonly end: End; readonly states: readonly string[] }
  | { readonly kind: "log"; readonly server: string; readonly line: string }
  /** `asked`: the event that it is one of. */
  | { readonly kind: "request"; readonly asked: RequestEvent };

export function fits(happening: Happening, seen: Seen): boolean {
  if ("control" in happening) return seen.kind === "control" && fitsControl(happening, seen);
  if ("rowsIn" in happening)
    return seen.kind === "rows" && seen.stage === happening.rowsIn && seen.rows >= happening.reach;
  if ("sourceOffset" in happening) return seen.kind === "source-offset" && isPast(happening.sourceOffset, seen);
  if ("snapshot" in happening) return seen.kind === "snapshot" && fitsNote(happening, seen.note);
  if ("connector" in happening)
    return seen.kind === "connector" && seen.end === happening.connector && seen.states.includes(happening.state);
  if ("link" in happening) return seen.kind === "request" && seen.asked === happening;
  return seen.kind === "log" && seen.server === happening.log && happening.line.test(seen.line);
}

function fitsControl({ control, table, task }: ControlMessage, seen: Seen & { readonly kind: "control" }): boolean {
  if (seen.event.type !== controlTypes[control]) return false;
  return isTable(table, seen.event.table) && (task === undefined || seen.task === task);
}

function fitsNote({ snapshot, says, table }: SnapshotStep, note: SnapshotNote): boolean {
  return note.snapshot === snapshot && note.says === says && isTable(table, note.table);
}

function isTable(wanted: string | undefined, name: string | undefined): boolean {
  return wanted === undefined || name?.split(".").at(-1) === wanted;
}

function isPast(reach: SourceReach, { file, pos, operations }: Seen & { readonly kind: "source-offset" }): boolean {
  if ("operations" in reach) return operations >= reach.operations;
  return comparePlaces({ file, pos }, { pos: 0, ...reach }) >= 0;
}

/** What it is counted under, for one who waited in vain. */
export function nameOf(seen: Seen): string {
  if (seen.kind === "control")
    return seen.task === undefined ? seen.event.type : `${seen.event.type} of task ${seen.task}`;
  if (seen.kind === "rows") return `rows in ${seen.stage}`;
  if (seen.kind === "source-offset") return "source offsets";
  if (seen.kind === "snapshot") return `${seen.note.snapshot} snapshot ${seen.note.says}`;
  if (seen.kind === "connector") return `${seen.end} ${seen.states.join("/")}`;
  return seen.kind === "log" ? `lines of ${seen.server}` : `${requestName(seen.asked)} on ${seen.asked.link}`;
}

/** `on number 2 of data-written of employees`: for labels and errors. */
export function happeningText(happening: Happening, nth: number): string {
  const count = nth === 1 ? "the first" : `number ${nth} of`;
  if ("control" in happening) return `on ${count} ${happening.control}${ofText(happening)}`;
  if ("rowsIn" in happening) return `on ${happening.reach} rows in the ${happening.rowsIn}`;
  if ("sourceOffset" in happening) return `on the source's offset past ${reachText(happening.sourceOffset)}`;
  if ("snapshot" in happening)
    return `on ${count} ${happening.snapshot} snapshot ${happening.says}${ofText(happening)}`;
  if ("connector" in happening) return `on the ${happening.connector} being ${happening.state}`;
  if ("link" in happening) return `on ${count} ${requestName(happening)} on ${happening.link}`;
  return `on ${count} line ${String(happening.line)} of ${happening.log}`;
}

function ofText({ table, task }: { readonly table?: string; readonly task?: number }): string {
  return `${table === undefined ? "" : ` of ${table}`}${task === undefined ? "" : ` of task ${task}`}`;
}

function reachText(reach: SourceReach): string {
  return "operations" in reach ? `${reach.operations} operations` : `${reach.file}:${reach.pos ?? 0}`;
}

function requestName({ on }: RequestEvent): string {
  return "api" in on ? on.api : on.kind;
}
