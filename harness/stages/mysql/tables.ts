import type { ColumnSpec, TableSpec } from "#core/source.ts";
import type { MysqlClient, TextRow } from "./client.ts";

/** The tables of a database as they are now, in the order of their names. */
export async function describeTables(client: MysqlClient, database: string): Promise<readonly TableSpec[]> {
  const columns = await client.query(columnsOf, [database]);
  const keys = await client.query(primaryKeysOf, [database]);
  return [...Map.groupBy(columns, (row) => row["name"] ?? "")].map(([name, rows]) => ({
    name,
    columns: rows.map(columnSpec),
    primaryKey: keys.filter((key) => key["name"] === name).map((key) => key["col"] ?? ""),
  }));
}

const columnsOf = `SELECT table_name AS name, column_name AS col, column_type AS type, is_nullable AS nullable
  FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
  WHERE table_schema = ? AND tables.table_type = 'BASE TABLE' ORDER BY table_name, ordinal_position`;

const primaryKeysOf = `SELECT table_name AS name, column_name AS col FROM information_schema.statistics
  WHERE table_schema = ? AND index_name = 'PRIMARY' ORDER BY table_name, seq_in_index`;

function columnSpec(row: TextRow): ColumnSpec {
  return { name: row["col"] ?? "", type: row["type"] ?? "", nullable: row["nullable"] === "YES" };
}
