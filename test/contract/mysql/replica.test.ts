import { afterAll, beforeAll, expect, test } from "vitest";
import { deadlineIn } from "#core/deadline.ts";
import type { MysqlClient } from "#stages/mysql/client.ts";
import { awaitReplicated, setReplicaDelay, transactionsBehind } from "#stages/mysql/replica.ts";
import { oneMysql } from "../one-mysql.ts";
import { openTestRuntime } from "../one-server.ts";

let primary: MysqlClient;
let replica: MysqlClient;
const owned = new AsyncDisposableStack();

beforeAll(async () => {
  const here = owned.use(await openTestRuntime());
  const first = owned.use(await oneMysql([], { here }));
  const source = () => first.server.innerAddress("sql");
  const second = owned.use(await oneMysql([], { here, replica: { kind: "with-updates-logged", source } }));
  [primary, replica] = [first.client, second.client];
  await primary.execute("CREATE DATABASE db");
  await primary.execute("CREATE TABLE db.t (id INT PRIMARY KEY)");
});
afterAll(() => owned.disposeAsync());

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
