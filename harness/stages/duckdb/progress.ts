import type { LakeQuery } from "./client.ts";

/** The records that each table of the lake holds now. Counted from the manifests: no data file is read. */
export async function lakeRecords(query: LakeQuery, tables: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (tables.length === 0) return new Map();
  const counts = tables.map(
    (table) => `SELECT '${table.replaceAll("'", "''")}' AS name, count(*) AS records FROM ${query.relation(table)}`,
  );
  const rows = await query.rows(counts.join(" UNION ALL "));
  return new Map(rows.map((row) => [row["name"] ?? "", Number(row["records"] ?? "0")]));
}
