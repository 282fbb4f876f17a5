import { keyText } from "#core/key-text.ts";
import type { Bytes } from "./bytes.ts";
import { bitmapBytes } from "./table-map.ts";
import type { ReadValue } from "./values.ts";

/** A row as text; columns that a partial row image leaves out are missing. */
export type BinlogRow = Readonly<Record<string, string | null>>;

/** A table whose rows can be read. */
export interface ReadableTable {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly read: ReadValue }[];
  readonly primaryKey: readonly string[];
}

/** One row change, as its event tells it; a change of the primary key is told as two. */
export interface RowChange {
  /** The row's number inside its event: Debezium's `source.row`. */
  readonly row: number;
  readonly kind: "insert" | "update" | "delete";
  readonly key: string;
  readonly before: BinlogRow | null;
  readonly after: BinlogRow | null;
}

export type RowsKind = RowChange["kind"];

/** Reads the rows of an event, behind its header and the table's id. */
export function readRows(bytes: Bytes, table: ReadableTable, { kind, version }: { kind: RowsKind; version: 1 | 2 }) {
  bytes.skip(2);
  if (version === 2) bytes.skip(bytes.uint(2) - 2);
  const count = bytes.lengthCoded();
  const present = presentColumns(table, bytes.take(bitmapBytes(count)));
  const presentAfter = kind === "update" ? presentColumns(table, bytes.take(bitmapBytes(count))) : present;
  const changes: RowChange[] = [];
  for (let row = 0; bytes.left > 0; row++) {
    const image = readImage(bytes, present);
    if (kind === "update") changes.push(...updated(table, row, image, readImage(bytes, presentAfter)));
    else changes.push(kind === "insert" ? inserted(table, row, image) : deleted(table, row, image));
  }
  return changes;
}

type Columns = ReadableTable["columns"];

function presentColumns({ columns }: ReadableTable, bitmap: Buffer): Columns {
  return columns.filter((_, at) => hasBit(bitmap, at));
}

function readImage(bytes: Bytes, columns: Columns): BinlogRow {
  const nulls = bytes.take(bitmapBytes(columns.length));
  const row: Record<string, string | null> = {};
  for (let at = 0; at < columns.length; at++) {
    const column = columns[at];
    if (column !== undefined) row[column.name] = hasBit(nulls, at) ? null : column.read(bytes);
  }
  return row;
}

function hasBit(bits: Buffer, at: number): boolean {
  return ((bits[at >> 3] ?? 0) & (1 << (at & 7))) !== 0;
}

function inserted(table: ReadableTable, row: number, after: BinlogRow): RowChange {
  return { row, kind: "insert", key: keyOf(table, after), before: null, after };
}

function deleted(table: ReadableTable, row: number, before: BinlogRow): RowChange {
  return { row, kind: "delete", key: keyOf(table, before), before, after: null };
}

function updated(table: ReadableTable, row: number, before: BinlogRow, after: BinlogRow): RowChange[] {
  const key = keyOf(table, before);
  // A partial image leaves out what did not change, so the key's columns may stand in the row before alone.
  const rekeyed = table.primaryKey.some((column) => after[column] !== undefined && after[column] !== before[column]);
  if (!rekeyed) return [{ row, kind: "update", key, before, after }];
  return [deleted(table, row, before), inserted(table, row, after)];
}

function keyOf({ primaryKey }: ReadableTable, row: BinlogRow): string {
  return keyText(Object.fromEntries(primaryKey.map((column) => [column, row[column] ?? null])));
}
