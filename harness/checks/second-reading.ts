import type { TableSpec } from "#core/source.ts";
import type { Anomaly, CheckVerdict } from "#core/verdict.ts";
import type { Step } from "./check.ts";
import { compareColumns } from "./comparison.ts";
import { type CheckInputs, withoutDropped } from "./inputs.ts";
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
  const comparison = compareColumns(inputs, withoutDropped(inputs, table), { ...events, file: "filename" });
  const columns = `topic, "partition", "offset", kind, key, "row"`;
  return yield* compareReadings({
    first: `SELECT ${columns} FROM lake WHERE "table" = ${text(table.name)}`,
    second: `SELECT ${columns} FROM (${lakeRows(comparison, inputs)}) AS r("table", topic, "partition", "offset", kind, key, "row", "file")`,
  });
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
  return yield* compareReadings({
    first: `SELECT ${columns} FROM mysql_query(${text(catalog)}, ${text(statement)})`,
    second: `SELECT ${columns} FROM read_json(${text(file)}, format = 'newline_delimited', columns = {${typed}})`,
  });
}

export interface MysqlAgain {
  readonly catalog: string;
  readonly statement: string;
  readonly file: string;
  readonly table: TableSpec;
}

function* compareReadings({ first, second }: { first: string; second: string }): Step<Reading> {
  const [counts] = yield `WITH first AS (${first}), second AS (${second})
    SELECT (SELECT count(*) FROM second) AS rows,
      (SELECT count(*) FROM (FROM first EXCEPT ALL FROM second)) + (SELECT count(*) FROM (FROM second EXCEPT ALL FROM first)) AS differing`;
  return { rows: Number(counts?.["rows"]), differing: Number(counts?.["differing"]) };
}

/** What a second reading found of a table's two sides, where it was not what the first had read. */
export interface Disagreement {
  readonly lake?: string | undefined;
  readonly mysql?: string | undefined;
}

/**
 * Gives an anomaly to the reader, with the hop `catalog->duckdb`, where it rests on rows that two readers do not agree on: what
 * was found between ledger and topic, in the files, or in the positions does not.
 */
export function blameReaders(check: CheckVerdict, disagreements: ReadonlyMap<string, Disagreement>): CheckVerdict {
  const anomalies = check.anomalies.map((anomaly) => {
    const reason = restsOn(check.name, anomaly, disagreements.get(anomaly.table));
    if (reason === undefined) return anomaly;
    return { ...anomaly, hop: "catalog->duckdb" as const, evidence: [...anomaly.evidence, `  ${reason}`] };
  });
  return { ...check, anomalies };
}

function restsOn(check: string, { hop }: Anomaly, { lake, mysql }: Disagreement = {}): string | undefined {
  if (check === "files" || check === "positions") return undefined;
  // Its side of MySQL is the ledger.
  if (check === "changelog") return hop === "mysql->debezium" || hop === "debezium->kafka" ? undefined : lake;
  return lake ?? mysql;
}
