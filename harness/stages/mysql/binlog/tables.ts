import { environmentError } from "#core/errors.ts";
import type { TableSpec } from "#core/source.ts";
import type { Bytes } from "./bytes.ts";
import type { TextDecoders } from "./charsets.ts";
import type { ReadableTable } from "./rows.ts";
import { type MappedColumn, parseTableMap, type TableMap } from "./table-map.ts";
import { type ColumnToRead, valueReader } from "./values.ts";

export interface Tables {
  readonly database: string;
  /** The table of a TABLE_MAP event; undefined for one of another database. */
  readable(bytes: Bytes): ReadableTable | undefined;
}

export interface TablesOptions {
  readonly database: string;
  readonly decoders: TextDecoders;
  /** The tables as they are now: the names of columns where the binlog has none (`binlog_row_metadata=MINIMAL`). */
  readonly present: readonly TableSpec[];
}

export function makeTables({ database, decoders, present }: TablesOptions): Tables {
  return {
    database,
    readable: (bytes) => {
      const map = parseTableMap(bytes);
      if (map.database !== database) return undefined;
      const columns = named(map, present).map((column) => toRead(column, decoders));
      return {
        name: map.table,
        columns: columns.map((column) => ({ name: column.name, read: valueReader(column, decoders) })),
        primaryKey: primaryKeyOf(map, columns) ?? presentTable(map, present)?.primaryKey ?? [],
      };
    },
  };
}

type Named = MappedColumn & { readonly name: string; readonly mysqlType?: string };

function named(map: TableMap, present: readonly TableSpec[]): Named[] {
  const columns = map.columns.flatMap((column) =>
    column.name === undefined ? [] : [{ ...column, name: column.name }],
  );
  if (columns.length === map.columns.length) return columns;
  const table = presentTable(map, present);
  if (table?.columns.length !== map.columns.length) throw nameless(map, table);
  return map.columns.map((column, at) => {
    const { name = "", type: mysqlType = "" } = table.columns[at] ?? {};
    return { ...column, name, mysqlType };
  });
}

function presentTable({ table }: TableMap, present: readonly TableSpec[]): TableSpec | undefined {
  return present.find(({ name }) => name === table);
}

function toRead(column: Named, decoders: TextDecoders): ColumnToRead {
  const decode = decoders(column.collation ?? -1) ?? ((word: Buffer) => word.toString("utf8"));
  return { ...column, wordTexts: column.words?.map(decode) ?? wordsIn(column.mysqlType ?? "") };
}

/** The words in `enum('a','it''s')`. */
export function wordsIn(mysqlType: string): string[] {
  if (!/^(enum|set)\(/i.test(mysqlType)) return [];
  return [...mysqlType.matchAll(/'((?:[^']|'')*)'/g)].map(([, word = ""]) => word.replaceAll("''", "'"));
}

function primaryKeyOf({ primaryKey }: TableMap, columns: readonly ColumnToRead[]): string[] | undefined {
  return primaryKey?.map((at) => columns[at]?.name ?? "");
}

function nameless({ database, table, columns }: TableMap, found: TableSpec | undefined): Error {
  return environmentError({
    code: "BINLOG_TABLE_UNKNOWN",
    what: `the binlog has rows of ${database}.${table} without the names of their columns`,
    expected: `a table of ${columns.length} columns that tells them`,
    got: found === undefined ? "no such table any more" : `one of ${found.columns.length} columns`,
    remedy: "SET GLOBAL binlog_row_metadata = FULL: from then on the binlog itself has them",
  });
}
