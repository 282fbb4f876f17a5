import type { TableSpec } from "#core/source.ts";
import type { Anomaly, VerdictName } from "#core/verdict.ts";
import type { Check, Step } from "./check.ts";
import { type Comparison, compareColumns, eventColumns, sameValues, valueColumns } from "./comparison.ts";
import { explainDifferences } from "./explanation.ts";
import { type CheckInputs, withoutDropped } from "./inputs.ts";
import { projectedTables } from "./projection.ts";
import { passesColumn } from "./source-view.ts";
import { labelled, mysqlName, name, text } from "./sql.ts";
import { compareWithoutKey } from "./without-key.ts";

/**
 * Current state: the last event of each key in the lake against MySQL, every row, every column by its type. One statement
 * a table as long as all is well; only differences are looked at again.
 */
export function* currentState(inputs: CheckInputs): Check {
  const anomalies: Anomaly[] = [];
  const compared: string[] = [];
  const unknown: string[] = [];
  for (const table of projectedTables(inputs.tables, inputs.pipeline.projection)) {
    const result = yield* compareTable(inputs, table);
    anomalies.push(...result.anomalies);
    const how = table.primaryKey.length === 0 ? " (no primary key: as a multiset)" : "";
    compared.push(`${table.name} ${result.rows}${how}`);
    if (result.unknown !== undefined) unknown.push(result.unknown);
  }
  const note = [`rows compared: ${compared.join(", ") || "none"}`, ...unknown].join("; ");
  return { name: "current-state", verdict: verdictOf(anomalies, unknown), anomalies, note };
}

function verdictOf(anomalies: readonly Anomaly[], unknown: readonly string[]): VerdictName {
  if (anomalies.length > 0) return "invalid";
  return unknown.length > 0 ? "unknown" : "valid";
}

interface TableResult {
  readonly rows: number;
  readonly anomalies: readonly Anomaly[];
  readonly unknown?: string;
}

function* compareTable(inputs: CheckInputs, table: TableSpec): Step<TableResult> {
  const events = inputs.events(table.name);
  if (events === undefined) return yield* tableIsMissing(inputs, table);
  const kept = withoutDropped(inputs, table);
  const comparison = compareColumns(inputs, kept, events);
  const typeAnomalies = [
    ...table.columns.filter((column) => !kept.columns.includes(column)).map(({ name }) => columnDropped(table, name)),
    ...comparison.incomparable.map((column) => typeChanged(comparison, column.name)),
  ];
  if (comparison.incomparable.some((column) => table.primaryKey.includes(column.name))) {
    return { rows: 0, anomalies: typeAnomalies };
  }
  const result = yield* table.primaryKey.length === 0
    ? compareWithoutKey(comparison)
    : compareByKey(inputs, comparison);
  return { ...result, anomalies: [...typeAnomalies, ...result.anomalies] };
}

function* compareByKey(inputs: CheckInputs, comparison: Comparison): Step<TableResult> {
  const [counts] = yield `${joined(comparison, [])}
    SELECT count(*) FILTER (WHERE s.${name(passesColumn)}) AS compared, count(*) FILTER (WHERE ${differing(comparison)}) AS differing
    FROM joined`;
  const rows = Number(counts?.["compared"] ?? "0");
  if (counts?.["differing"] === "0") return { rows, anomalies: [] };
  const { partition, offset } = eventColumns;
  const differences = { joined: joined(comparison, [partition, offset]), differing: differing(comparison) };
  return { rows, anomalies: yield* explainDifferences({ inputs, comparison, ...differences }) };
}

/**
 * A WITH clause that ends in `joined`: a row for each key, with the key as text, MySQL's row as the structure `s`, and the
 * lake's last event, without the key's columns, as the structure `l`. Each field of `l` costs memory for every key.
 */
function joined(comparison: Comparison, alsoInLake: readonly string[]): string {
  const { table, events, source, changes } = comparison;
  const keys = table.primaryKey.map(name);
  const fields = [...valueColumns(comparison).map(name), eventColumns.kind, ...alsoInLake];
  const ordered = events.order === undefined ? `(${agreeingFirst(comparison)})` : "changes";
  const key = table.primaryKey.map((column) => [column, `coalesce(s.${name(column)}, last.${name(column)})`]);
  return `WITH source AS ${events.order === undefined ? "MATERIALIZED " : ""}(${source}),
    changes AS (${changes}),
    last AS (
      SELECT ${keys.join(", ")},
        arg_max(struct_pack(${fields.map((field) => `${field} := ${field}`).join(", ")}), ${eventColumns.order}) AS l
      FROM ${ordered} GROUP BY ${keys.join(", ")}
    ),
    joined AS (
      SELECT ${labelled(Object.fromEntries(key))} AS key, s, l
      FROM source AS s FULL JOIN last ON ${keys.map((column) => `s.${column} = last.${column}`).join(" AND ")}
    )`;
}

/** Where a shape has no order, any event of the key that agrees with MySQL may have been the last. */
function agreeingFirst(comparison: Comparison): string {
  const keys = comparison.table.primaryKey.map((key) => `source.${name(key)} = changes.${name(key)}`);
  const same = sameValues(comparison, { source: "source", lake: "changes" });
  return `SELECT changes.* REPLACE ((source.${name(passesColumn)} IS NOT NULL)::BIGINT AS ${eventColumns.order})
    FROM changes LEFT JOIN source ON ${keys.join(" AND ")} AND ${same}`;
}

function differing(comparison: Comparison): string {
  const deleted = `l.${eventColumns.kind} = 'delete'`;
  return `CASE WHEN s.${name(passesColumn)} IS NULL THEN NOT (${deleted})
    WHEN NOT s.${name(passesColumn)} THEN false
    WHEN l IS NULL OR ${deleted} THEN true
    ELSE NOT (${sameValues(comparison, { source: "s", lake: "l" })}) END`;
}

/** A table that never got a record has no table in the lake: right, when MySQL's is empty, too. */
function* tableIsMissing({ source, pipeline, recordedFrom }: CheckInputs, table: TableSpec): Step<TableResult> {
  const { names, projection } = pipeline;
  const reads = new Map(table.primaryKey.map((column) => [column, mysqlName(column)]));
  const view = source({ database: names.database, table, reads, projection });
  const passing = projection.filters[table.name] === undefined ? "" : ` WHERE ${name(passesColumn)} <> 0`;
  const [counts] = yield `SELECT count(*) AS missing FROM ${view}${passing}`;
  const count = Number(counts?.["missing"] ?? "0");
  if (count === 0) return { rows: 0, anomalies: [] };
  const [told] = yield `SELECT count(*) AS records FROM records WHERE "table" = ${text(table.name)}`;
  const hop = told?.["records"] === "0" && recordedFrom.size === 0 ? "debezium->kafka" : "kafka->sink";
  const evidence = [`the lake has no table ${table.name}`, `  topic  ${told?.["records"]} records were seen`];
  return { rows: count, anomalies: [{ class: "lost", hop, table: table.name, key: "all rows", count, evidence }] };
}

function columnDropped({ name }: TableSpec, column: string): Anomaly {
  return {
    class: "type-changed",
    hop: "object-store->catalog",
    table: name,
    key: column,
    count: 1,
    evidence: [`${column}: MySQL has it, an earlier schema of the lake's table had it, its current schema does not`],
  };
}

function typeChanged({ table, events }: Comparison, column: string): Anomaly {
  const mysqlType = table.columns.find(({ name }) => name === column)?.type ?? "";
  return {
    class: "type-changed",
    hop: "kafka->sink",
    table: table.name,
    key: column,
    count: 1,
    evidence: [`${column}: MySQL ${mysqlType}, lake ${events.columns.get(column) ?? ""}: no values in common`],
  };
}
