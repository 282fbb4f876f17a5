import { usageError } from "#core/errors.ts";
import type { MysqlClient } from "./client.ts";
import { resetStatement } from "./progress.ts";
import { sqlName } from "./sql-text.ts";

// A dump as a copy beside the schema, on the same server. What a restore leaves is what `mysqldump --set-gtid-purged=ON` gives:
// the same definitions and rows, no binlog of them, and gtid_purged as it was when the dump was taken. Written in SQL, as the
// client programs are not where every runtime's harness could start them.

/** What is copied, and the schema that holds the copy. */
export interface Dump {
  readonly database: string;
  readonly copy: string;
}

/** Copies a schema's tables as they are at one moment; writers wait meanwhile. Gives the GTIDs that were executed by then. */
export async function takeDump(client: MysqlClient, { database, copy }: Dump): Promise<{ gtids: string }> {
  const tables = await tablesOf(client, database);
  const definitions = [];
  for (const table of tables) definitions.push(await definitionOf(client, `${sqlName(database)}.${sqlName(table)}`));
  await outsideTheBinlog(client);
  await client.execute(`CREATE DATABASE ${sqlName(copy)}`);
  await client.execute(`USE ${sqlName(copy)}`);
  for (const definition of definitions) await client.execute(definition);
  await client.execute(`CREATE TABLE ${gtidTable} (gtids LONGTEXT NOT NULL)`);
  const locks = tables.map((table) => `${sqlName(database)}.${sqlName(table)} READ, ${sqlName(table)} WRITE`);
  await client.execute(`LOCK TABLES ${[...locks, `${gtidTable} WRITE`].join(", ")}`);
  const gtids = await globalOf(client, "gtid_executed");
  for (const table of tables) {
    const columns = (await storedColumns(client, { database, table })).map(sqlName).join(", ");
    const from = `${sqlName(database)}.${sqlName(table)}`;
    await client.execute(`INSERT INTO ${sqlName(table)} (${columns}) SELECT ${columns} FROM ${from}`);
  }
  await client.execute(`INSERT INTO ${gtidTable} VALUES (?)`, [gtids]);
  await client.execute("UNLOCK TABLES");
  return { gtids };
}

export interface Restore extends Dump {
  /** Called while nobody can write, between what is undone and what comes after. */
  readonly between: (gtids: string) => Promise<void>;
}

/**
 * Sets the server back to a dump, which is used up by it: tables and GTIDs. All readers of the binlog are thrown out. Throws
 * `DUMP_MISSING`.
 */
export async function restoreDump(client: MysqlClient, { database, copy, between }: Restore): Promise<void> {
  const copied = await tablesOf(client, copy);
  if (copied.length === 0) throw dumpMissing(copy);
  const [taken] = await client.query(`SELECT gtids FROM ${sqlName(copy)}.${gtidTable}`);
  const gtids = taken?.["gtids"] ?? "";
  await outsideTheBinlog(client);
  // Whoever writes is turned away from here on, until all tables are there again at once.
  const now = (await tablesOf(client, database)).map((table) => `${sqlName(database)}.${sqlName(table)}`);
  await client.execute(`LOCK TABLES ${now.map((table) => `${table} WRITE`).join(", ")}`);
  await client.execute(`DROP TABLE ${now.join(", ")}`);
  await client.execute("UNLOCK TABLES");
  await endReaders(client);
  await client.execute(resetStatement(client.serverVersion));
  await client.execute("SET GLOBAL gtid_purged = ?", [gtids]);
  await between(gtids);
  const back = copied.map((table) => `${sqlName(copy)}.${sqlName(table)} TO ${sqlName(database)}.${sqlName(table)}`);
  await client.execute(`RENAME TABLE ${back.join(", ")}`);
  await client.execute(`DROP DATABASE ${sqlName(copy)}`);
}

const gtidTable = "`floe dump`";

async function outsideTheBinlog(client: MysqlClient): Promise<void> {
  await client.execute("SET SESSION sql_log_bin = 0, SESSION foreign_key_checks = 0");
}

async function endReaders(client: MysqlClient): Promise<void> {
  const readers = await client.query(
    "SELECT ID AS id FROM information_schema.PROCESSLIST WHERE COMMAND LIKE 'Binlog Dump%'",
  );
  // One that has gone meanwhile makes KILL fail: it needed no killing.
  await Promise.allSettled(readers.map(({ id }) => client.execute(`KILL ${id ?? ""}`)));
}

async function tablesOf(client: MysqlClient, database: string): Promise<string[]> {
  const rows = await client.query(
    `SELECT TABLE_NAME AS name FROM information_schema.TABLES
     WHERE TABLE_SCHEMA = ? AND TABLE_TYPE = 'BASE TABLE' AND TABLE_NAME <> 'floe dump' ORDER BY TABLE_NAME`,
    [database],
  );
  return rows.map(({ name }) => name ?? "");
}

async function definitionOf(client: MysqlClient, table: string): Promise<string> {
  return (await client.query(`SHOW CREATE TABLE ${table}`))[0]?.["Create Table"] ?? "";
}

/** Those that are not computed of others. */
async function storedColumns(
  client: MysqlClient,
  { database, table }: { readonly database: string; readonly table: string },
): Promise<string[]> {
  const rows = await client.query(
    `SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS
     WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND GENERATION_EXPRESSION = '' ORDER BY ORDINAL_POSITION`,
    [database, table],
  );
  return rows.map(({ name }) => name ?? "");
}

async function globalOf(client: MysqlClient, name: string): Promise<string> {
  return ((await client.query(`SELECT @@GLOBAL.${name} AS value`))[0]?.["value"] ?? "").replaceAll("\n", "");
}

function dumpMissing(copy: string): Error {
  return usageError({
    code: "DUMP_MISSING",
    what: "there is no dump to restore",
    expected: `tables in the schema ${copy}`,
    remedy: "take one beforehand: faults.mysql.takeDump({ when: … }); a restore uses it up",
  });
}
