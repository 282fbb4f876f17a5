import type { Projection } from "#core/pipeline-spec.ts";
import type { TableSpec } from "#core/source.ts";
import { mysqlName, text } from "./sql.ts";

export interface SourceView {
  readonly database: string;
  readonly table: TableSpec;
  /** What MySQL is asked for, by column. */
  readonly reads: ReadonlyMap<string, string>;
  readonly projection: Projection;
}

/** Makes a relation of DuckDB's out of a table of MySQL's. */
export type SourceRelation = (view: SourceView) => string;

/** Whether a row passes the pipeline's filter: there when the table has one. */
export const passesColumn = "passes the filter";

/** Through DuckDB's mysql extension, attached under this name. */
export function attachedMysql(catalog: string): SourceRelation {
  return (view) => `mysql_query(${text(catalog)}, ${text(mysqlSelect(view))})`;
}

/** The SELECT that MySQL runs: each column in a form that DuckDB's reader cannot misread. */
export function mysqlSelect({ database, table, reads, projection }: SourceView): string {
  const columns = [...reads].map(([column, read]) => `${read} AS ${mysqlName(column)}`);
  const filter = projection.filters[table.name];
  if (filter !== undefined) columns.push(`CAST(COALESCE((${filter}), 0) AS SIGNED) AS ${mysqlName(passesColumn)}`);
  return `SELECT ${columns.join(", ")} FROM ${mysqlName(database)}.${mysqlName(table.name)}`;
}
