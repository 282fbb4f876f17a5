import type { AskMysql } from "#core/source.ts";

/** What rows of a table must be like, as information_schema tells it. */
export interface TableFacts {
  readonly name: string;
  /** Without generated ones: nobody writes those. */
  readonly columns: readonly ColumnFacts[];
  readonly primaryKey: readonly string[];
  /** Columns of each unique index, the primary key's among them. */
  readonly unique: readonly (readonly string[])[];
  readonly foreignKeys: readonly ForeignKey[];
}

export interface ColumnFacts {
  readonly name: string;
  /** `decimal(10,2) unsigned`, `enum('a','b')`. */
  readonly type: string;
  readonly nullable: boolean;
  readonly srid: number;
  /** MySQL would write a time into it when the row changes, another one in each run. */
  readonly touchedByUpdates: boolean;
}

export interface ForeignKey {
  readonly columns: readonly string[];
  readonly parent: string;
  readonly parentColumns: readonly string[];
}

/** Asks MySQL itself what its tables are. */
export async function askFacts(ask: AskMysql): Promise<ReadonlyMap<string, TableFacts>> {
  const [columns, indexes, keys] = await Promise.all([ask(columnsOf), ask(indexesOf), ask(foreignKeysOf)]);
  const text = (row: Readonly<Record<string, string | null>>, field: string) => row[field] ?? "";
  const tables = Map.groupBy(columns, (row) => text(row, "tbl"));
  return new Map(
    [...tables].map(([name, own]) => {
      const ofTable = indexes.filter((row) => text(row, "tbl") === name);
      const byIndex = Map.groupBy(ofTable, (row) => text(row, "idx"));
      const byKey = Map.groupBy(
        keys.filter((row) => text(row, "tbl") === name),
        (row) => text(row, "con"),
      );
      const facts: TableFacts = {
        name,
        columns: own.map((row) => ({
          name: text(row, "col"),
          type: text(row, "type"),
          nullable: row["nullable"] === "YES",
          srid: Number(row["srid"] ?? 0),
          touchedByUpdates: /on update/i.test(text(row, "extra")),
        })),
        primaryKey: (byIndex.get("PRIMARY") ?? []).map((row) => text(row, "col")),
        unique: [...byIndex.values()].map((rows) => rows.map((row) => text(row, "col"))),
        foreignKeys: [...byKey.values()].map((rows) => ({
          columns: rows.map((row) => text(row, "col")),
          parent: text(rows[0] ?? {}, "parent"),
          parentColumns: rows.map((row) => text(row, "pcol")),
        })),
      };
      return [name, facts];
    }),
  );
}

const columnsOf = `SELECT c.table_name AS tbl, c.column_name AS col, c.column_type AS type, c.is_nullable AS nullable, c.srs_id AS srid, c.extra AS extra
  FROM information_schema.columns AS c JOIN information_schema.tables AS t USING (table_schema, table_name)
  WHERE c.table_schema = DATABASE() AND t.table_type = 'BASE TABLE' AND c.generation_expression = ''
  ORDER BY c.table_name, c.ordinal_position`;

const indexesOf = `SELECT table_name AS tbl, index_name AS idx, column_name AS col FROM information_schema.statistics
  WHERE table_schema = DATABASE() AND non_unique = 0 AND column_name IS NOT NULL ORDER BY table_name, index_name, seq_in_index`;

const foreignKeysOf = `SELECT table_name AS tbl, constraint_name AS con, column_name AS col, referenced_table_name AS parent,
    referenced_column_name AS pcol
  FROM information_schema.key_column_usage WHERE table_schema = DATABASE() AND referenced_table_name IS NOT NULL
  ORDER BY table_name, constraint_name, ordinal_position`;
