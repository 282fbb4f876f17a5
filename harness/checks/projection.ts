import type { Projection } from "#core/pipeline-spec.ts";
import type { TableSpec } from "#core/source.ts";
import { text } from "./sql.ts";

/** The captured tables with the columns that the configuration lets through; primary keys always travel. */
export function projectedTables(tables: readonly TableSpec[], projection: Projection): readonly TableSpec[] {
  const { includeTables, excludeTables } = projection;
  return tables
    .filter(({ name }) => includeTables.length === 0 || matchesAny(includeTables, name))
    .filter(({ name }) => !matchesAny(excludeTables, name))
    .map((table) => ({ ...table, columns: table.columns.filter(({ name }) => travels(table, name, projection)) }));
}

function travels(table: TableSpec, column: string, { includeColumns, excludeColumns }: Projection): boolean {
  const full = `${table.name}.${column}`;
  if (matchesAny(excludeColumns, full)) return false;
  return includeColumns.length === 0 || matchesAny(includeColumns, full) || table.primaryKey.includes(column);
}

/** Debezium's lists are regular expressions that match the whole name, in any case. */
function matchesAny(patterns: readonly string[], full: string): boolean {
  return patterns.some((pattern) => new RegExp(`^(?:${pattern})$`, "i").test(full));
}

/** What the connector writes in place of a value, in DuckDB's SQL; undefined where it writes the value. */
export function masked(projection: Projection, column: string, expression: string): string | undefined {
  const mask = Object.entries(projection.masks).find(([pattern]) => matchesAny([pattern], column))?.[1];
  if (mask === undefined) return undefined;
  return mask.kind === "mask" ? text("*".repeat(mask.length)) : `left(${expression}, ${mask.length})`;
}
