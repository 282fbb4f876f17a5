import { afterAll, beforeAll, expect, test } from "vitest";
import { deadlineIn } from "#core/deadline.ts";
import { freshSecret } from "#core/random.ts";
import { connectMysql, type MysqlClient } from "#stages/mysql/client.ts";
import { awaitReplicated, setReplicaDelay, transactionsBehind } from "#stages/mysql/replica.ts";
import { mysqlServer } from "#stages/mysql/server.ts";
import { openTestRuntime, type TestRuntime } from "../one-server.ts";

const secrets = { root: freshSecret(), harness: freshSecret(), debezium: freshSecret(), duckdb: freshSecret() };
const common = { positions: "gtid", profile: "fast", secrets } as const;

let here: TestRuntime | undefined;
let primary: MysqlClient;
let replica: MysqlClient;

beforeAll(async () => {
  here = await openTestRuntime();
  const first = await here.start(mysqlServer(common));
  const source = () => first.innerAddress("sql");
  const second = await here.start(mysqlServer({ ...common, replica: { kind: "with-updates-logged", source } }));
  const login = { user: "floe", password: secrets.harness };
  primary = await connectMysql({ address: first.address("sql"), ...login });
  replica = await connectMysql({ address: second.address("sql"), ...login });
  await primary.execute("CREATE DATABASE db");
  await primary.execute("CREATE TABLE db.t (id INT PRIMARY KEY)");
});
afterAll(async () => {
  await replica?.[Symbol.asyncDispose]();
  await primary?.[Symbol.asyncDispose]();
  await here?.[Symbol.asyncDispose]();
});

async function ids(): Promise<(string | null | undefined)[]> {
  return (await replica.query("SELECT id FROM db.t ORDER BY id")).map((row) => row["id"]);
}

test("a replica follows the primary from its first start on", async () => {
  await primary.execute("INSERT INTO db.t VALUES (1)");
  await awaitReplicated({ primary, replica, deadline: deadlineIn(20_000) });
  expect(await ids()).toEqual(["1"]);
  expect(await transactionsBehind({ primary, replica })).toBe(0);
});

test("one that has to lag is behind until the delay is over", async () => {
  await setReplicaDelay(replica, 3_600);
  await primary.execute("INSERT INTO db.t VALUES (2)");
  await expect(awaitReplicated({ primary, replica, deadline: deadlineIn(300) })).rejects.toThrow(
    "the replica to have what the primary has",
  );
  expect(await transactionsBehind({ primary, replica })).toBe(1);
  await setReplicaDelay(replica, 0);
  await awaitReplicated({ primary, replica, deadline: deadlineIn(20_000) });
  expect(await ids()).toEqual(["1", "2"]);
});

test("one that cannot execute a transaction has stopped, and names it", async () => {
  await replica.script([{ sql: "SET SESSION sql_log_bin = 0" }, { sql: "INSERT INTO db.t VALUES (3)" }]);
  await primary.execute("INSERT INTO db.t VALUES (3)");
  await expect(awaitReplicated({ primary, replica, deadline: deadlineIn(20_000) })).rejects.toMatchObject({
    code: "REPLICA_STOPPED",
    got: expect.stringContaining("failed executing transaction"),
  });
});
