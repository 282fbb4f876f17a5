import type { Person } from "../people.ts";

/** What every stage holds at the end of a run over the table `people`: plain objects, in the order of what happened. */
export interface World {
  /** How MySQL names its positions. Without GTIDs, operations are told apart by key, kind and number. */
  readonly positionMode: "gtid" | "file";
  /** Whether the binlog was read, too. */
  readonly hasBinlog: boolean;
  readonly partitions: number;
  readonly mysql: readonly Person[];
  readonly changes: readonly Change[];
  readonly topic: readonly TopicRecord[];
  readonly lake: readonly LakeRow[];
  readonly files: readonly DataFile[];
  /** Keys in the bucket. */
  readonly objects: readonly string[];
  readonly positions: readonly Position[];
}

export type ChangeKind = "insert" | "update" | "delete";

/** A row change that somebody asked MySQL for. */
export interface Change {
  /** The transaction's number, which is that of its GTID. */
  readonly transaction: number;
  readonly kind: ChangeKind;
  /** The row after the change; before it for a delete. */
  readonly row: Person;
  readonly status: "ok" | "info" | "fail";
  readonly happened: boolean;
  /** Not by the harness: only the binlog has it. */
  readonly bySomebodyElse: boolean;
}

export interface TopicRecord {
  readonly op: "c" | "u" | "d" | "r" | "tombstone";
  readonly row: Person;
  readonly partition: number;
  readonly offset: number;
  /** Undefined for the snapshot's rows. */
  readonly transaction: number | undefined;
}

export interface LakeRow {
  readonly op: "c" | "u" | "d" | "r";
  readonly row: Person;
  /** Undefined for a row that no sink wrote. */
  readonly place: { readonly partition: number; readonly offset: number } | undefined;
  readonly path: string;
}

/** A file as a manifest names it, and the snapshot that brought it. */
export interface DataFile {
  readonly path: string;
  readonly records: number;
  readonly snapshotId: number;
  /** Whether the snapshot has the sink's commit id. */
  readonly bySink: boolean;
}

export interface Position {
  readonly wallMs: number;
  readonly kind: "source" | "group" | "connector";
  readonly name: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The last transaction before the first that a random history makes. */
export const transactionsBefore = 100;

export function gtidOf(transaction: number): string {
  return `${server}:${transaction}`;
}

export function gtidSet(lastTransaction: number): string {
  return `${server}:1-${lastTransaction}`;
}

const server = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

export function dataPath(number: number): string {
  return `s3://lake/warehouse/db/people/data/${String(number).padStart(5, "0")}.parquet`;
}

export function objectKey(path: string): string {
  return path.replace("s3://lake/", "");
}

/** Whether the key of a record with this kind is there after it. */
export function isAlive({ op }: Pick<TopicRecord, "op">): boolean {
  return op !== "d" && op !== "tombstone";
}

export function sameRow(left: Person, right: Person): boolean {
  return left.every((value, at) => value === right[at]);
}
