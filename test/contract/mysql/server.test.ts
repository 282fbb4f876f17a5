import { readFile, stat } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { FloeError } from "#core/errors.ts";
import type { RunningServer } from "#runtime/port.ts";
import { connectMysql } from "#stages/mysql/client.ts";
import { mysqlProgress } from "#stages/mysql/progress.ts";
import { mysqlServer, mysqlUsers } from "#stages/mysql/server.ts";
import { oneMysql, secrets } from "../one-mysql.ts";
import { onDocker, openTestRuntime, type TestRuntime } from "../one-server.ts";

let here: TestRuntime | undefined;
let mysql: RunningServer;

beforeAll(async () => {
  here = await openTestRuntime();
  mysql = await here.start(mysqlServer({ positions: "gtid", profile: "fast", secrets }));
});
afterAll(async () => {
  await here?.[Symbol.asyncDispose]();
});

function login(who: keyof typeof mysqlUsers) {
  return connectMysql({ address: mysql.address("sql"), user: mysqlUsers[who], password: secrets[who] });
}

describe("a MySQL that runs", () => {
  test("writes rows with full metadata to its binlog, with GTIDs, in UTC", async () => {
    await using client = await login("harness");
    const [row] =
      await client.query(`SELECT @@binlog_format AS format, @@binlog_row_image AS image, @@binlog_row_metadata AS metadata,
      @@gtid_mode AS gtid, @@GLOBAL.time_zone AS zone`);
    expect(row).toEqual({ format: "ROW", image: "FULL", metadata: "FULL", gtid: "ON", zone: "+00:00" });
  });

  test("is talked to in UTC, whatever its own time zone is", async () => {
    await using client = await login("harness");
    await client.execute("SET GLOBAL time_zone = '+05:30'");
    await using other = await login("harness");
    await client.execute("SET GLOBAL time_zone = '+00:00'");
    expect(await other.query("SELECT @@SESSION.time_zone AS zone")).toEqual([{ zone: "+00:00" }]);
  });

  test("gives Debezium's user the rights that its documentation asks for, and no other", async () => {
    await using client = await login("debezium");
    const grants = await client.query("SHOW GRANTS");
    expect(grants.flatMap((row) => Object.values(row))).toEqual([
      "GRANT SELECT, RELOAD, SHOW DATABASES, LOCK TABLES, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO `debezium`@`%`",
    ]);
    await expect(client.execute("CREATE DATABASE mine")).rejects.toMatchObject({ code: "MYSQL_REJECTED" });
  });

  test("lets DuckDB's user read only", async () => {
    await using client = await login("duckdb");
    await expect(client.execute("CREATE DATABASE mine")).rejects.toMatchObject({ code: "MYSQL_REJECTED" });
  });

  test("keeps users out of the binlog: the first GTID is the first change's", async () => {
    await using client = await login("harness");
    expect((await mysqlProgress(client)).gtidExecuted).toBe("");
  });

  test("tells JSON with every character, like any other text", async () => {
    await using client = await login("harness");
    const warned = vi.spyOn(console, "warn");
    const text = '{"name": "größe 漢字 👍"}';
    await client.execute("CREATE DATABASE documents");
    await client.execute("CREATE TABLE documents.t (json JSON, plain TEXT)");
    await client.execute("INSERT INTO documents.t VALUES (?, ?)", [text, text]);
    const [row] = await client.query("SELECT json, plain, CAST(plain AS JSON) AS made FROM documents.t");
    expect(row).toEqual({ json: text, plain: text, made: text });
    expect(warned).not.toHaveBeenCalled();
  });

  // In a container it is another file system's: test/docker/runtime.test.ts looks at the copy.
  test.skipIf(onDocker)("keeps its passwords in a file that only its owner may read", async () => {
    await using client = await login("harness");
    const [row] = await client.query("SELECT @@init_file AS file");
    const file = row?.["file"] ?? "";
    expect(await readFile(file, "utf8")).toContain(secrets.debezium);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test("is itself again after a kill: its users, its data, what it had acknowledged", async () => {
    await using client = await login("harness");
    await client.execute("CREATE DATABASE kept");
    await client.execute("CREATE TABLE kept.t (id INT PRIMARY KEY)");
    await client.execute("INSERT INTO kept.t VALUES (1), (2)");
    const before = await mysqlProgress(client);
    await mysql.kill();
    await mysql.restart();
    await using again = await login("harness");
    expect(await again.query("SELECT COUNT(*) AS n FROM kept.t")).toEqual([{ n: "2" }]);
    expect((await mysqlProgress(again)).gtidExecuted).toBe(before.gtidExecuted);
  });

  test("refuses a wrong password with an error that says where and as whom", async () => {
    const attempt = connectMysql({ address: mysql.address("sql"), user: "floe", password: "wrong" });
    await expect(attempt).rejects.toMatchObject({ code: "MYSQL_CONNECT", message: expect.stringContaining("as floe") });
  });
});

test("without GTIDs, its progress is a file and a position", async () => {
  await using mysql = await oneMysql([], { positions: "file", profile: "prod-like" });
  const { client } = mysql;
  expect(await client.query("SELECT @@gtid_mode AS gtid")).toEqual([{ gtid: "OFF" }]);
  expect(await mysqlProgress(client)).toEqual({
    gtidExecuted: "",
    file: "binlog.000001",
    position: expect.any(BigInt),
  });
});

describe("a MySQL that does not come up", () => {
  test("ends in one error with the log's last lines", async () => {
    await using runtime = await openTestRuntime();
    const spec = mysqlServer({ positions: "gtid", profile: "fast", secrets, settings: { "no-such-option": "1" } });
    const error = await runtime.start(spec).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FloeError);
    expect(error).toMatchObject({
      code: "SERVER_DIED",
      blame: "environment",
      message: expect.stringContaining("mysql"),
    });
    expect((error as FloeError).evidence.join("\n")).toContain("unknown variable 'no-such-option=1'");
  });
});
