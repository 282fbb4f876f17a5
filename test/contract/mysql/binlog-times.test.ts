import { beforeAll, expect, test } from "vitest";
import { wallNowMs } from "#core/clock.ts";
import { deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import { binlogPosition } from "#stages/mysql/binlog.ts";
import { committedSince } from "#stages/mysql/binlog-times.ts";
import type { ConnectOptions, MysqlClient } from "#stages/mysql/client.ts";
import { countGtids, gtidSetText, parseGtidSet, subtractGtids } from "#stages/mysql/gtid-set.ts";
import { oneMysql } from "../one-mysql.ts";

let login: ConnectOptions;
let client: MysqlClient;

beforeAll(async () => {
  const mysql = await oneMysql(["CREATE DATABASE db", "CREATE TABLE db.t (id INT PRIMARY KEY)"]);
  ({ login, client } = mysql);
  return () => mysql[Symbol.asyncDispose]();
});

async function executed(): Promise<string> {
  const [row] = await client.query("SELECT @@GLOBAL.gtid_executed AS executed");
  return gtidSetText(parseGtidSet(row?.["executed"] ?? ""));
}

/** A binlog tells its own beginning to the second. */
async function nextSecond(): Promise<number> {
  const second = Math.floor(wallNowMs() / 1000);
  return poll({
    what: "the next second",
    deadline: deadlineIn(5_000),
    look: async () => (Math.floor(wallNowMs() / 1000) > second ? seen(wallNowMs()) : notYet("the same")),
  });
}

test("what was committed since a time is found across binlogs, and no more than that", async () => {
  await client.execute("INSERT INTO db.t VALUES (1)");
  await client.execute("FLUSH BINARY LOGS");
  await client.execute("INSERT INTO db.t VALUES (2)");
  const sinceMs = await nextSecond();
  const [before, first] = [await executed(), await binlogPosition(client)];
  await client.execute("INSERT INTO db.t VALUES (3)");
  await client.execute("FLUSH BINARY LOGS");
  await client.execute("INSERT INTO db.t VALUES (4)");

  const found = await committedSince(login, sinceMs);

  expect(found).toMatchObject({ first, mayLack: false });
  const since = parseGtidSet(found.gtids.join(","));
  expect(countGtids(since)).toBe(2);
  expect(gtidSetText(subtractGtids(parseGtidSet(await executed()), since))).toBe(before);
});

test("nothing was committed since now, and what the binlogs don't reach back to is told", async () => {
  expect(await committedSince(login, wallNowMs() + 1_000)).toEqual({ gtids: [], first: undefined, mayLack: false });
  await client.execute("FLUSH BINARY LOGS");
  const { file } = await binlogPosition(client);
  await client.execute(`PURGE BINARY LOGS TO '${file}'`);
  expect(await committedSince(login, 0)).toMatchObject({ gtids: [], mayLack: true });
});
