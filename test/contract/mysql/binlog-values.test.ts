import { afterAll, beforeAll, expect, test } from "vitest";
import { freshSecret } from "#core/random.ts";
import { allTypes } from "#fixtures/all-types/all-types.ts";
import { type BinlogChange, binlogPosition, readBinlog } from "#stages/mysql/binlog.ts";
import { type ConnectOptions, connectMysql, type MysqlClient } from "#stages/mysql/client.ts";
import { mysqlServer } from "#stages/mysql/server.ts";
import { describeTables } from "#stages/mysql/tables.ts";
import { openTestRuntime, type TestRuntime } from "../one-server.ts";

const secrets = { root: freshSecret(), harness: freshSecret(), debezium: freshSecret(), duckdb: freshSecret() };
let here: TestRuntime | undefined;
let login: ConnectOptions;
let client: MysqlClient;

beforeAll(async () => {
  here = await openTestRuntime();
  const server = await here.start(mysqlServer({ positions: "gtid", profile: "fast", secrets }));
  login = { address: server.address("sql"), user: "floe", password: secrets.harness };
  client = await connectMysql(login);
  await client.execute("CREATE DATABASE db");
  await client.execute("USE db");
});
afterAll(async () => {
  await client?.[Symbol.asyncDispose]();
  await here?.[Symbol.asyncDispose]();
});

/** The row changes that the statements leave in the binlog. */
async function changesOf(run: () => Promise<unknown>): Promise<BinlogChange[]> {
  const from = await binlogPosition(client);
  await run();
  const to = await binlogPosition(client);
  const entries = await Array.fromAsync(readBinlog({ login, from, to, database: "db" }));
  return entries.filter((entry) => entry.kind !== "statement");
}

/** A table's rows as mysql2 tells them as text; of bytes their hex digits, of BIT the number. */
async function asSelected(table: string, order: string) {
  const spec = (await describeTables(client, "db")).find(({ name }) => name === table);
  const columns = spec?.columns.map(({ name, type }) => {
    if (type.startsWith("bit")) return `${name} + 0 AS ${name}`;
    const bytes = /binary|blob|point|linestring|polygon|geom|vector/.test(type);
    return bytes ? `LOWER(HEX(${name})) AS ${name}` : name;
  });
  return client.query(`SELECT ${columns?.join(", ")} FROM ${table} ORDER BY ${order}`);
}

test("every edge of every type is told as MySQL prints it", async () => {
  const source = allTypes({ without: [] });
  for (const statement of source.schema) await client.execute(statement);
  const changes = await changesOf(async () => {
    for (const step of source.seed(1)) {
      if (step.kind !== "sql") continue;
      for await (const sql of step.statements) await client.execute(sql);
    }
  });
  const rows = await asSelected("all_types", "id");
  expect(rows.length).toBeGreaterThan(100);
  expect(changes.map(({ after }) => after)).toEqual(rows);
  expect(changes.map(({ key }) => key)).toEqual(rows.map((row) => `id=${row["id"]}`));
});
