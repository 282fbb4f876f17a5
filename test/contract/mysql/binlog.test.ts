import { beforeAll, describe, expect, test } from "vitest";
import { keyText, valueTexts } from "#core/key-text.ts";
import type { Change, Transaction } from "#core/source.ts";
import { employees } from "#fixtures/employees/employees.ts";
import {
  type BinlogChange,
  type BinlogEntry,
  type BinlogPosition,
  binlogPosition,
  readBinlog,
} from "#stages/mysql/binlog.ts";
import { type ConnectOptions, connectMysql, type MysqlClient } from "#stages/mysql/client.ts";
import { loadRows } from "#stages/mysql/load.ts";
import { openWriter } from "#stages/mysql/writer.ts";
import { oneMysql } from "../one-mysql.ts";

let login: ConnectOptions;
let client: MysqlClient;

beforeAll(async () => {
  const mysql = await oneMysql([
    "CREATE DATABASE db",
    "USE db",
    "CREATE TABLE t (id INT PRIMARY KEY, note VARCHAR(20))",
    "CREATE TABLE other (a INT, b INT, note VARCHAR(20), PRIMARY KEY (b, a))",
  ]);
  ({ login, client } = mysql);
  return () => mysql[Symbol.asyncDispose]();
});

/** What the binlog has between before and after a piece of work. */
async function entriesOf(run: () => Promise<unknown>, database = "db"): Promise<BinlogEntry[]> {
  const from = await binlogPosition(client);
  await run();
  return read(from, await binlogPosition(client), database);
}

function read(from: BinlogPosition, to: BinlogPosition, database = "db"): Promise<BinlogEntry[]> {
  return Array.fromAsync(readBinlog({ login, from, to, database }));
}

function changes(entries: readonly BinlogEntry[]): BinlogChange[] {
  return entries.filter((entry) => entry.kind !== "statement");
}

/** Places without what is different each time. */
function short(entries: readonly BinlogEntry[]) {
  return changes(entries).map(({ table, kind, key, row, order }) => `${order} ${table} ${kind} ${key} row ${row}`);
}

async function gtidNow(): Promise<string> {
  const [row] = await client.query("SELECT @@server_uuid AS uuid, @@GLOBAL.gtid_executed AS executed");
  const last = /[:-](\d+)$/.exec(row?.["executed"] ?? "")?.[1];
  return `${row?.["uuid"]}:${last}`;
}

describe("the changes of the employees' writers", () => {
  const database = "staff";
  const source = employees({ employees: 60 });
  const acknowledged: { gtid: string; transaction: Transaction }[] = [];
  let entries: BinlogEntry[] = [];

  beforeAll(async () => {
    await using seeding = await connectMysql(login);
    await seeding.execute(`CREATE DATABASE ${database}`);
    await seeding.execute(`USE ${database}`);
    for (const statement of source.schema) await seeding.execute(statement);
    for (const step of source.seed(1)) if (step.kind === "rows") await loadRows(seeding, { database, ...step });
    entries = await entriesOf(() => commit(150), database);
  });

  async function commit(count: number): Promise<void> {
    await using writer = openWriter({ ...login, database, identity: { kind: "given-gtid" } });
    const stream = source.transactions({ seed: 1, slice: { writer: 0, writers: 1 } });
    for (let left = count; left > 0; left--) {
      const transaction = stream.next().value;
      const outcome = await writer.transact(transaction);
      if (outcome.status === "ok" && "gtid" in outcome.commit) {
        acknowledged.push({ gtid: outcome.commit.gtid, transaction });
      }
    }
  }

  test("come back in the order of their commits, each with its GTID, key and rows", () => {
    const byGtid = Map.groupBy(changes(entries), ({ gtid }) => gtid);
    expect([...byGtid.keys()]).toEqual(acknowledged.map(({ gtid }) => gtid));
    expect(acknowledged.length).toBeGreaterThan(100);
    for (const { gtid, transaction } of acknowledged) {
      const found = byGtid.get(gtid) ?? [];
      expect(found.map(({ order }) => order)).toEqual(transaction.changes.map((_, at) => at));
      // The rows of one statement come in the order in which MySQL found them.
      expect(found.map(told).toSorted()).toEqual(transaction.changes.map(made).toSorted());
    }
  });

  test("tell a new employee number as a delete and an insert in every table, at the same place", () => {
    const renumbered = acknowledged.find(({ transaction }) => transaction.label === "renumber");
    const found = changes(entries).filter(({ gtid }) => gtid === renumbered?.gtid);
    expect(new Set(found.map(({ table }) => table)).size).toBeGreaterThanOrEqual(4);
    for (let at = 0; at < found.length; at += 2) {
      const [deleted, inserted] = [found[at], found[at + 1]];
      expect([deleted?.kind, inserted?.kind]).toEqual(["delete", "insert"]);
      expect(inserted).toMatchObject({ table: deleted?.table, pos: deleted?.pos, row: deleted?.row });
      expect(inserted?.after?.["emp_no"]).not.toBe(deleted?.before?.["emp_no"]);
    }
  });

  const told = ({ table, kind, key, before, after }: BinlogChange) => JSON.stringify([table, kind, key, before, after]);
  const made = ({ table, kind, key, before, after }: Change) =>
    JSON.stringify([
      table,
      kind,
      keyText(key),
      before === undefined ? null : valueTexts(before),
      after === undefined ? null : valueTexts(after),
    ]);
});

describe("a transaction", () => {
  test("over two tables keeps its order, and the rows of a statement their numbers", async () => {
    const entries = await entriesOf(() =>
      client.script([
        { sql: "BEGIN" },
        { sql: "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, NULL)" },
        { sql: "INSERT INTO other VALUES (1, 2, 'x')" },
        { sql: "UPDATE t SET note = 'c' WHERE id >= 2" },
        { sql: "DELETE FROM t WHERE id = 1" },
        { sql: "COMMIT" },
      ]),
    );
    expect(short(entries)).toEqual([
      "0 t insert id=1 row 0",
      "1 t insert id=2 row 1",
      "2 t insert id=3 row 2",
      "3 other insert b=2, a=1 row 0",
      "4 t update id=2 row 0",
      "5 t update id=3 row 1",
      "6 t delete id=1 row 0",
    ]);
    const found = changes(entries);
    expect(found[5]).toMatchObject({ before: { id: "3", note: null }, after: { id: "3", note: "c" } });
    expect(new Set(found.map(({ gtid }) => gtid))).toEqual(new Set([await gtidNow()]));
    const places = found.map(({ pos }) => pos);
    expect(new Set(places).size).toBe(4);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
  });

  test("that is rolled back is not there, nor is one without a binlog; another client's is", async () => {
    await using another = await connectMysql(login);
    const entries = await entriesOf(async () => {
      await client.script([{ sql: "BEGIN" }, { sql: "INSERT INTO t VALUES (10, 'gone')" }, { sql: "ROLLBACK" }]);
      await client.script([
        { sql: "SET sql_log_bin = 0" },
        { sql: "INSERT INTO t VALUES (11, 'behind the binlog')" },
        { sql: "SET sql_log_bin = 1" },
      ]);
      await another.execute("INSERT INTO db.t VALUES (12, 'theirs')");
    });
    expect(short(entries)).toEqual(["0 t insert id=12 row 0"]);
  });

  test("of which a part was rolled back to a savepoint has the rest", async () => {
    const entries = await entriesOf(() =>
      client.script([
        { sql: "BEGIN" },
        { sql: "INSERT INTO t VALUES (20, 'stays')" },
        { sql: "SAVEPOINT s" },
        { sql: "INSERT INTO t VALUES (21, 'gone')" },
        { sql: "ROLLBACK TO s" },
        { sql: "INSERT INTO t VALUES (22, 'stays')" },
        { sql: "COMMIT" },
      ]),
    );
    expect(short(entries)).toEqual(["0 t insert id=20 row 0", "1 t insert id=22 row 0"]);
  });

  test("has the time of its commit to the microsecond", async () => {
    const [before] = await client.query("SELECT UNIX_TIMESTAMP(NOW(6)) * 1000 AS ms");
    const [change] = changes(await entriesOf(() => client.execute("INSERT INTO t VALUES (30, 'now')")));
    const [after] = await client.query("SELECT UNIX_TIMESTAMP(NOW(6)) * 1000 AS ms");
    expect(change?.committedAtMs).toBeGreaterThanOrEqual(Number(before?.["ms"]) - 0.002);
    expect(change?.committedAtMs).toBeLessThanOrEqual(Number(after?.["ms"]) + 0.002);
  });

  test("of another database is passed over", async () => {
    const entries = await entriesOf(async () => {
      await client.execute("CREATE DATABASE elsewhere");
      await client.execute("CREATE TABLE elsewhere.t (id INT PRIMARY KEY)");
      await client.execute("INSERT INTO elsewhere.t VALUES (1)");
    });
    expect(entries).toEqual([]);
  });
});

test("statements that change tables without rows are told, from whatever session", async () => {
  await using another = await connectMysql(login);
  const entries = await entriesOf(async () => {
    await another.execute("CREATE TABLE db.shortlived (id INT PRIMARY KEY)");
    await client.execute("INSERT INTO shortlived VALUES (1)");
    await client.execute("/* by hand */ TRUNCATE TABLE shortlived");
    await client.execute("ALTER TABLE shortlived ADD COLUMN more INT");
    await client.execute("INSERT INTO shortlived VALUES (1, 2)");
    await another.execute("DROP TABLE db.shortlived");
  });
  expect(entries.map((entry) => (entry.kind === "statement" ? entry.sql : Object.keys(entry.after ?? {})))).toEqual([
    "CREATE TABLE db.shortlived (id INT PRIMARY KEY)",
    ["id"],
    "/* by hand */ TRUNCATE TABLE shortlived",
    "ALTER TABLE shortlived ADD COLUMN more INT",
    ["id", "more"],
    "DROP TABLE `db`.`shortlived` /* generated by server */",
  ]);
  expect(entries.at(-1)?.gtid).toBe(await gtidNow());
});

test("a database that is dropped and made again is a statement, too", async () => {
  const entries = await entriesOf(async () => {
    await client.execute("CREATE DATABASE brief");
    await client.execute("CREATE TABLE brief.t (id INT PRIMARY KEY)");
    await client.execute("DROP DATABASE brief");
  }, "brief");
  expect(entries.map((entry) => (entry.kind === "statement" ? entry.sql : ""))).toEqual([
    "CREATE DATABASE brief",
    "CREATE TABLE brief.t (id INT PRIMARY KEY)",
    "DROP DATABASE brief",
  ]);
});

test("the binlog is read on across its files", async () => {
  const entries = await entriesOf(async () => {
    await client.execute("INSERT INTO t VALUES (40, 'in one file')");
    await client.execute("FLUSH BINARY LOGS");
    await client.execute("INSERT INTO t VALUES (41, 'in the next')");
    await client.execute("FLUSH BINARY LOGS");
  });
  expect(short(entries)).toEqual(["0 t insert id=40 row 0", "0 t insert id=41 row 0"]);
  const [one, next] = changes(entries).map(({ file }) => Number(/\d+$/.exec(file)?.[0]));
  expect(next).toBe((one ?? 0) + 1);
});

test("a reader in the middle goes on when another one comes, and gets everything", async () => {
  await client.execute("CREATE TABLE big (id INT PRIMARY KEY, note TEXT)");
  const from = await binlogPosition(client);
  // More than fits between the server and a reader who takes no more for now.
  await client.execute(
    `INSERT INTO big WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 500)
     SELECT n, REPEAT('x', 65535) FROM n`,
  );
  const to = await binlogPosition(client);
  const first = readBinlog({ login, from, to, database: "db" });
  expect((await first.next()).value).toMatchObject({ key: "id=1" });
  expect(await read(from, to)).toHaveLength(500);
  expect(await Array.fromAsync(first)).toHaveLength(499);
});
