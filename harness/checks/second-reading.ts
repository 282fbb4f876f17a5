import type { TableSpec } from "#core/source.ts";
import type { Step } from "./check.ts";
import { compareColumns } from "./comparison.ts";
import type { CheckInputs } from "./inputs.ts";
import { lakeRows } from "./lake-rows.ts";
import { describeLake } from "./lake-view.ts";
import { mysqlName, name, text } from "./sql.ts";
import { liveRows } from "./table-files.ts";

/** How two ways of reading the same rows compare: rows that the one has and the other has not, counted on both sides. */
export interface Reading {
  readonly rows: number;
  readonly differing: number;
}

/**
 * The lake's rows once more, without DuckDB's iceberg reader: the live files as the manifests name them, read as plain
 * Parquet, deletes applied. Undefined where that cannot be done: no file is left, or equality deletes would have to be applied.
 */
export function* lakeAgain(inputs: CheckInputs, table: TableSpec): Step<Reading | undefined> {
  const live = yield* liveRows(table.name);
  if (live === undefined) return undefined;
  const events = yield* describeLake(live, inputs.pipeline.shape);
  // The files still have a column that the table's schema has no more.
  const dropped = new Set(inputs.droppedColumns.get(table.name));
  const kept = { ...table, columns: table.columns.filter((column) => !dropped.has(column.name)) };
  const again = lakeRows(compareColumns(inputs, kept, { ...events, file: "filename" }), inputs);
  const columns = `topic, "partition", "offset", kind, key, "row"`;
  const [counts] = yield `WITH first AS (SELECT ${columns} FROM lake WHERE "table" = ${text(table.name)}),
      second AS (SELECT ${columns} FROM (${again}) AS r("table", topic, "partition", "offset", kind, key, "row", "file"))
    SELECT (SELECT count(*) FROM second) AS rows,
      (SELECT count(*) FROM (FROM first EXCEPT ALL FROM second)) + (SELECT count(*) FROM (FROM second EXCEPT ALL FROM first)) AS differing`;
  return { rows: Number(counts?.["rows"]), differing: Number(counts?.["differing"]) };
}

/** What both readers of MySQL are asked for: each column as the text that the server makes of it. */
export function mysqlAsText({ database, table }: { database: string; table: TableSpec }): string {
  const columns = table.columns.map(
    (column) => `HEX(CAST(${mysqlName(column.name)} AS CHAR)) AS ${mysqlName(column.name)}`,
  );
  return `SELECT ${columns.join(", ")} FROM ${mysqlName(database)}.${mysqlName(table.name)}`;
}

/** MySQL's rows through DuckDB's reader beside those that another client read into a file, a line of JSON each. */
export function* mysqlAgain({ catalog, statement, file, table }: MysqlAgain): Step<Reading> {
  const columns = table.columns.map((column) => name(column.name)).join(", ");
  const typed = table.columns.map((column) => `${text(column.name)}: 'VARCHAR'`).join(", ");
  const [counts] = yield `WITH first AS (SELECT ${columns} FROM mysql_query(${text(catalog)}, ${text(statement)})),
      second AS (SELECT ${columns} FROM read_json(${text(file)}, format = 'newline_delimited', columns = {${typed}}))
    SELECT (SELECT count(*) FROM second) AS rows,
      (SELECT count(*) FROM (FROM first EXCEPT ALL FROM second)) + (SELECT count(*) FROM (FROM second EXCEPT ALL FROM first)) AS differing`;
  return { rows: Number(counts?.["rows"]), differing: Number(counts?.["differing"]) };
}

export interface MysqlAgain {
  readonly catalog: string;
  readonly statement: string;
  readonly file: string;
  readonly table: TableSpec;
}
