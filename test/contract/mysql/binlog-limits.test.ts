import { beforeAll, describe, expect, test } from "vitest";
import { type BinlogEntry, type BinlogPosition, binlogPosition, readBinlog } from "#stages/mysql/binlog.ts";
import { type ConnectOptions, connectMysql, type MysqlClient } from "#stages/mysql/client.ts";
import { oneMysql, secrets } from "../one-mysql.ts";
import { openMoodyProxy } from "./moody-proxy.ts";

let login: ConnectOptions;
let client: MysqlClient;
let nextId = 1;

beforeAll(async () => {
  const mysql = await oneMysql([
    "CREATE DATABASE db",
    "USE db",
    "CREATE TABLE t (id INT PRIMARY KEY, note TEXT, j JSON)",
  ]);
  ({ login, client } = mysql);
  return () => mysql[Symbol.asyncDispose]();
});

const insert = () => client.execute("INSERT INTO t (id, note) VALUES (?, 'x')", [nextId++]);

async function entriesOf(run: () => Promise<unknown>): Promise<BinlogEntry[]> {
  const from = await binlogPosition(client);
  await run();
  return read(from);
}

async function read(from: BinlogPosition, options: Partial<ConnectOptions> = {}): Promise<BinlogEntry[]> {
  const to = await binlogPosition(client);
  return Array.fromAsync(readBinlog({ login: { ...login, ...options }, from, to, database: "db" }));
}

const rows = (entries: readonly BinlogEntry[]) =>
  entries.map((entry) => (entry.kind === "statement" ? entry.sql : `${entry.kind} ${entry.key} row ${entry.row}`));

/** Sets a session variable for one piece of work. */
async function under(variable: string, value: string, run: () => Promise<unknown>): Promise<void> {
  await client.execute(`SET SESSION ${variable} = ${value}`);
  await run();
  await client.execute(`SET SESSION ${variable} = DEFAULT`);
}

describe("reading", () => {
  test("takes compressed transactions like any others, all of whose rows have one place", async () => {
    const compressed = await entriesOf(() =>
      under("binlog_transaction_compression", "ON", async () => {
        await client.execute("INSERT INTO t (id, note) VALUES (10001, 'a'), (10002, 'b')");
        await client.script([
          { sql: "BEGIN" },
          { sql: "UPDATE t SET note = REPEAT('long ', 9000) WHERE id = 10001" },
          { sql: "DELETE FROM t WHERE id = 10002" },
          { sql: "COMMIT" },
        ]);
      }),
    );
    expect(rows(compressed)).toEqual([
      "insert id=10001 row 0",
      "insert id=10002 row 1",
      "update id=10001 row 0",
      "delete id=10002 row 0",
    ]);
    expect(new Set(compressed.map(({ pos }) => pos)).size).toBe(2);
    expect(compressed[2]).toMatchObject({ order: 0, after: { note: "long ".repeat(9000) } });
    expect(compressed[3]).toMatchObject({ order: 1 });
  });

  test("counts rows anew in each event of a statement that fills several", async () => {
    const entries = await entriesOf(() =>
      client.execute(
        `INSERT INTO t (id, note) WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 200)
         SELECT 20000 + n, REPEAT('x', 100) FROM n`,
      ),
    );
    const changes = entries.filter((entry) => entry.kind !== "statement");
    const events = Map.groupBy(changes, ({ pos }) => pos);
    expect(events.size).toBeGreaterThan(1);
    for (const event of events.values()) expect(event.map(({ row }) => row)).toEqual(event.map((_, at) => at));
    expect(changes.map(({ order }) => order)).toEqual(changes.map((_, at) => at));
  });

  test("spells a GTID with its tag", async () => {
    const [own] = await client.query("SELECT @@server_uuid AS uuid");
    const gtid = `${own?.["uuid"]}:some_tag:300`;
    const [entry] = await entriesOf(async () => {
      await client.execute(`SET gtid_next = '${gtid}'`);
      await insert();
      await client.execute("SET gtid_next = 'AUTOMATIC'");
    });
    const [now] = await client.query("SELECT UNIX_TIMESTAMP() * 1000 AS ms");
    expect(entry?.gtid).toBe(gtid);
    expect(Math.abs((entry?.committedAtMs ?? 0) - Number(now?.["ms"]))).toBeLessThan(60_000);
  });

  test("takes events without checksums, and row images without what did not change", async () => {
    await client.execute("INSERT INTO t (id, note) VALUES (30001, 'one'), (30002, 'two')");
    await client.execute("SET GLOBAL binlog_checksum = NONE");
    try {
      const entries = await entriesOf(async () => {
        await under("binlog_row_image", "MINIMAL", async () => {
          await client.execute("UPDATE t SET note = 'changed' WHERE id = 30001");
          await client.execute("UPDATE t SET id = 30003 WHERE id = 30002");
        });
        await client.execute("FLUSH BINARY LOGS");
        await insert();
      });
      expect(rows(entries).slice(0, 3)).toEqual([
        "update id=30001 row 0",
        "delete id=30002 row 0",
        "insert id=30003 row 0",
      ]);
      expect(entries[0]).toMatchObject({ before: { id: "30001" }, after: { note: "changed" } });
      expect(entries.length).toBe(4);
    } finally {
      await client.execute("SET GLOBAL binlog_checksum = CRC32");
    }
  });

  test("from the end gives nothing, and asks nobody", async () => {
    const end = await binlogPosition(client);
    const nobody = { ...login, password: "wrong" };
    expect(await Array.fromAsync(readBinlog({ login: nobody, from: end, to: end, database: "db" }))).toEqual([]);
  });

  test("can be left early, and does not end before its end is seen", async () => {
    const from = await binlogPosition(client);
    for (let left = 20; left > 0; left--) await insert();
    const reading = readBinlog({ login, from, to: await binlogPosition(client), database: "db" });
    expect((await reading.next()).done).toBe(false);
    await reading.return(undefined);
    const later = { file: from.file, pos: from.pos + 1_000_000 };
    const early = Array.fromAsync(readBinlog({ login, from, to: later, database: "db" }));
    await expect(early).rejects.toMatchObject({
      code: "BINLOG_POSITION",
      message: expect.stringContaining("ends before"),
    });
  });
});

describe("what cannot be read is told, not passed over:", () => {
  test("a statement in place of its rows", async () => {
    const entries = entriesOf(() => under("binlog_format", "STATEMENT", insert));
    await expect(entries).rejects.toMatchObject({
      code: "BINLOG_NOT_ROWS",
      got: expect.stringContaining("INSERT INTO t"),
    });
  });

  test("a server that writes statements", async () => {
    const from = await binlogPosition(client);
    await insert();
    await client.execute("SET GLOBAL binlog_format = 'STATEMENT'");
    await expect(read(from)).rejects.toMatchObject({ code: "BINLOG_NOT_ROWS", got: "binlog_format=STATEMENT" });
    await client.execute("SET GLOBAL binlog_format = 'ROW'");
  });

  test("a part of a JSON document", async () => {
    await client.execute("INSERT INTO t (id, j) VALUES (40001, ?)", [JSON.stringify({ a: 1, b: "x".repeat(200) })]);
    const entries = entriesOf(() =>
      under("binlog_row_value_options", "'PARTIAL_JSON'", () =>
        client.execute("UPDATE t SET j = JSON_SET(j, '$.a', 2) WHERE id = 40001"),
      ),
    );
    await expect(entries).rejects.toMatchObject({ code: "BINLOG_UNREADABLE", got: expect.stringContaining("JSON") });
  });

  test("an XA transaction, prepared or committed", async () => {
    const from = await binlogPosition(client);
    await client.script([{ sql: "XA START 'x'" }, { sql: "INSERT INTO t (id) VALUES (50001)" }, { sql: "XA END 'x'" }]);
    await client.execute("XA PREPARE 'x'");
    await expect(read(from)).rejects.toMatchObject({ code: "BINLOG_UNREADABLE", got: expect.stringContaining("XA") });
    const prepared = await binlogPosition(client);
    await client.execute("XA COMMIT 'x'");
    await expect(read(prepared)).rejects.toMatchObject({ code: "BINLOG_UNREADABLE" });
  });

  test("a place inside of a transaction", async () => {
    const from = await binlogPosition(client);
    await insert();
    const [begin] = await client.query(`SHOW BINLOG EVENTS IN '${from.file}' FROM ${from.pos} LIMIT 2, 1`);
    const map = { file: from.file, pos: Number(begin?.["End_log_pos"]) };
    await expect(read(map)).rejects.toMatchObject({ code: "BINLOG_TABLE_UNKNOWN" });
    const nowhere = { file: from.file, pos: from.pos + 3 };
    await expect(read(nowhere)).rejects.toMatchObject({ code: "BINLOG_POSITION" });
  });

  test("a table that has neither told its columns nor is there any more", async () => {
    const from = await binlogPosition(client);
    await client.execute("SET GLOBAL binlog_row_metadata = MINIMAL");
    await client.execute("CREATE TABLE gone (id INT PRIMARY KEY)");
    await client.execute("INSERT INTO gone VALUES (1)");
    await client.execute("DROP TABLE gone");
    await client.execute("SET GLOBAL binlog_row_metadata = FULL");
    await expect(read(from)).rejects.toMatchObject({
      code: "BINLOG_TABLE_UNKNOWN",
      message: expect.stringContaining("db.gone"),
      remedy: expect.stringContaining("FULL"),
    });
  });

  test("a user without the right to read it", async () => {
    const from = await binlogPosition(client);
    await insert();
    const reader = { user: "duckdb", password: secrets.duckdb };
    await expect(read(from, reader)).rejects.toMatchObject({
      code: "BINLOG_RIGHT",
      remedy: "GRANT REPLICATION SLAVE ON *.* TO the user",
    });
    await using poor = await connectMysql({ ...login, ...reader });
    await expect(binlogPosition(poor)).rejects.toMatchObject({
      code: "BINLOG_RIGHT",
      remedy: "GRANT REPLICATION CLIENT ON *.* TO the user",
    });
    // The user of Debezium's has both.
    expect(await read(from, { user: "debezium", password: secrets.debezium })).toHaveLength(1);
  });

  test("a server that falls silent", async () => {
    const from = await binlogPosition(client);
    await insert();
    await using proxy = await openMoodyProxy(login.address);
    await using through = await connectMysql({ ...login, address: proxy.address, withinMs: 300 });
    proxy.mood = "swallow-answers";
    const first = through.dumpBinlog(from)[Symbol.asyncIterator]().next();
    await expect(first).rejects.toMatchObject({ code: "BINLOG_SILENT" });
  });

  test("a connection that ends half-way", async () => {
    const from = await binlogPosition(client);
    await client.execute(
      `INSERT INTO t (id, note) WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 500)
       SELECT 70000 + n, REPEAT('x', 65535) FROM n`,
    );
    const reading = readBinlog({ login, from, to: await binlogPosition(client), database: "db" });
    expect((await reading.next()).value).toMatchObject({ key: "id=70001" });
    // More than fits between the server and the reader, who takes no more for now: the server still sends.
    const [dump] = await client.query(
      "SELECT id AS id FROM information_schema.processlist WHERE command = 'Binlog Dump'",
    );
    await client.execute(`KILL ${dump?.["id"]}`);
    await expect(Array.fromAsync(reading)).rejects.toMatchObject({ code: "MYSQL_CONNECTION_LOST" });
  });

  // The last one: it leaves nothing to read.
  test("a binlog that was purged", async () => {
    const from = await binlogPosition(client);
    await client.execute("FLUSH BINARY LOGS");
    const { file } = await binlogPosition(client);
    await client.execute(`PURGE BINARY LOGS TO '${file}'`);
    await expect(read(from)).rejects.toMatchObject({
      code: "BINLOG_PURGED",
      message: `the binlog ${from.file} was purged`,
      got: `${file} is the oldest`,
    });
  });
});

test("where GTID is off, file and position alone tell where a change is", async () => {
  await using mysql = await oneMysql(["CREATE DATABASE db", "CREATE TABLE db.t (id INT PRIMARY KEY)"], {
    positions: "file",
  });
  const { client: setup, login } = mysql;
  const from = await binlogPosition(setup);
  await setup.script([
    { sql: "BEGIN" },
    { sql: "INSERT INTO db.t VALUES (1)" },
    { sql: "INSERT INTO db.t VALUES (2)" },
    { sql: "COMMIT" },
  ]);
  await setup.execute("INSERT INTO db.t VALUES (3)");
  const to = await binlogPosition(setup);
  const entries = await Array.fromAsync(readBinlog({ login, from, to, database: "db" }));
  expect(entries).toMatchObject([
    { gtid: null, file: "binlog.000001", key: "id=1", order: 0 },
    { gtid: null, file: "binlog.000001", key: "id=2", order: 1 },
    { gtid: null, file: "binlog.000001", key: "id=3", order: 0 },
  ]);
  expect(new Set(entries.map(({ pos }) => pos)).size).toBe(3);
});
