import type { Row } from "#core/source.ts";
import { openMysql } from "#pipeline";
import type { MysqlClient } from "#stages/mysql/client.ts";
import type { Fault } from "../fault.ts";
import { atOnce, type Moment, timed } from "../moments.ts";
import { excerpt } from "./mysql-session.ts";
import { unhealed } from "./parts.ts";

// Faults that hold a session of MySQL's for a while, or fill one transaction.

export interface LongTransaction {
  readonly statements: readonly string[];
  /** How long it stays open; it commits when the act ends, if not before. */
  readonly forMs: number;
  readonly when?: Moment;
}

/** A transaction that has changed rows and does not commit for long: the binlog has it behind what was committed meanwhile. */
export function longTransaction({ statements, forMs, when = atOnce }: LongTransaction): Fault {
  return {
    label: timed(`hold a transaction open for ${forMs} ms: ${excerpt(statements)}`, when),
    when,
    inject: async ({ stack, pipeline, ledger }) => {
      const mysql = await openMysql(stack, pipeline.spec.names.database);
      await mysql.execute("SET SESSION session_track_gtids = OWN_GTID");
      for (const statement of ["BEGIN", ...statements]) await mysql.execute(statement);
      const before = ledger.operations();
      let proof: string | undefined;
      return {
        healAfterMs: forMs,
        heal: async () => {
          await using held = mysql;
          const { gtids } = await held.execute("COMMIT");
          const meanwhile = ledger.operations() - before;
          if (gtids.length > 0) proof = `committed as ${gtids.join(", ")}, ${meanwhile} operations after it began`;
        },
        proof: async () => proof,
      };
    },
  };
}

export interface LockTables {
  readonly tables: readonly string[];
  readonly forMs: number;
  readonly when?: Moment;
}

/** LOCK TABLES … READ: nobody can write to these tables. */
export function lockTables({ tables, forMs, when = atOnce }: LockTables): Fault {
  return {
    label: timed(`lock ${tables.join(", ")} for ${forMs} ms`, when),
    when,
    inject: async ({ stack, pipeline }) => {
      const mysql = await openMysql(stack, pipeline.spec.names.database);
      await mysql.execute(`LOCK TABLES ${tables.map((table) => `\`${table}\` READ`).join(", ")}`);
      let waited = 0;
      return {
        healAfterMs: forMs,
        heal: async () => {
          await using held = mysql;
          waited = await waiting(held);
          await held.execute("UNLOCK TABLES");
        },
        proof: async () => (waited > 0 ? `${waited} sessions waited for the lock` : undefined),
      };
    },
  };
}

async function waiting(mysql: MysqlClient): Promise<number> {
  const [counted] = await mysql.query(
    "SELECT count(*) AS n FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND STATE LIKE 'Waiting for table%lock'",
  );
  return Number(counted?.["n"] ?? "0");
}

export interface BigTransaction {
  readonly table: string;
  readonly rows: number;
  /** The n-th row, from 0. */
  readonly row: (n: number) => Row;
  readonly when?: Moment;
}

/** One transaction that inserts so many rows. */
export function bigTransaction({ table, rows, row, when = atOnce }: BigTransaction): Fault {
  return inserting({
    label: timed(`insert ${rows.toLocaleString("en")} rows into ${table} in one transaction`, when),
    when,
    table,
    batches: function* () {
      for (let from = 0; from < rows; from += 1_000)
        yield Array.from({ length: Math.min(1_000, rows - from) }, (_, at) => row(from + at));
    },
  });
}

export interface BigRow {
  readonly table: string;
  /** Its other columns. */
  readonly row: Row;
  /** The text or BLOB column that is filled. */
  readonly column: string;
  readonly bytes: number;
  readonly when?: Moment;
}

/** One row with a value of so many bytes. */
export function bigRow({ table, row, column, bytes, when = atOnce }: BigRow): Fault {
  return inserting({
    label: timed(`insert a row of ${bytes.toLocaleString("en")} bytes into ${table}`, when),
    when,
    table,
    batches: () => [[{ ...row, [column]: "x".repeat(bytes) }]],
  });
}

interface Inserting {
  readonly label: string;
  readonly when: Moment;
  readonly table: string;
  readonly batches: () => Iterable<readonly Row[]>;
}

function inserting({ label, when, table, batches }: Inserting): Fault {
  return {
    label,
    when,
    inject: async ({ stack, pipeline }) => {
      await using mysql = await openMysql(stack, pipeline.spec.names.database);
      await mysql.execute("SET SESSION session_track_gtids = OWN_GTID");
      await mysql.execute("BEGIN");
      let inserted = 0;
      for (const rows of batches()) inserted += await insert(mysql, { table, rows });
      const { gtids } = await mysql.execute("COMMIT");
      return unhealed(
        inserted > 0 ? `${inserted} rows committed as ${gtids.join(", ") || "one transaction"}` : undefined,
      );
    },
  };
}

async function insert(
  mysql: MysqlClient,
  { table, rows }: { readonly table: string; readonly rows: readonly Row[] },
): Promise<number> {
  const columns = Object.keys(rows[0] ?? {});
  const places = `(${columns.map(() => "?").join(", ")})`;
  const values = rows.flatMap((row) => columns.map((column) => row[column] ?? null));
  const names = columns.map((column) => `\`${column}\``).join(", ");
  const sql = `INSERT INTO \`${table}\` (${names}) VALUES ${rows.map(() => places).join(", ")}`;
  return (await mysql.execute(sql, values)).affectedRows;
}
