import { afterAll, beforeAll, expect, test } from "vitest";
import { deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import type { MysqlClient } from "#stages/mysql/client.ts";
import {
  awaitReplicated,
  promote,
  refuseWrites,
  setReplicaDelay,
  stopReceiving,
  transactionsBehind,
} from "#stages/mysql/replica.ts";
import { oneMysql } from "../one-mysql.ts";
import { openTestRuntime } from "../one-server.ts";

interface Pair extends AsyncDisposable {
  readonly primary: MysqlClient;
  readonly replica: MysqlClient;
}

let both: Pair;
let primary: MysqlClient;
let replica: MysqlClient;

beforeAll(async () => {
  both = await openPair();
  ({ primary, replica } = both);
});
afterAll(() => both?.[Symbol.asyncDispose]());

/** A primary with a table, and a replica that has it. */
async function openPair(): Promise<Pair> {
  await using begun = new AsyncDisposableStack();
  const here = begun.use(await openTestRuntime());
  const table = ["CREATE DATABASE db", "CREATE TABLE db.t (id INT PRIMARY KEY)"];
  const first = begun.use(await oneMysql(table, { here }));
  const source = () => first.server.innerAddress("sql");
  const second = begun.use(await oneMysql([], { here, replica: { kind: "standby", source } }));
  const clients = { primary: first.client, replica: second.client };
  await awaitReplicated({ ...clients, deadline: deadlineIn(20_000) });
  const whole = begun.move();
  return { ...clients, [Symbol.asyncDispose]: () => whole.disposeAsync() };
}

/** Waits until a replica that lags has received the primary's third transaction, after those that made the table. */
function received(lagging: MysqlClient): Promise<void> {
  return poll({
    what: "a transaction that is received and not executed",
    deadline: deadlineIn(20_000),
    everyMs: 10,
    look: async () => {
      const [status] = await lagging.query("SHOW REPLICA STATUS");
      return status?.["Retrieved_Gtid_Set"]?.endsWith("-3") === true ? seen(undefined) : notYet("nothing yet");
    },
  });
}

async function ids(of = replica): Promise<(string | null | undefined)[]> {
  return (await of.query("SELECT id FROM db.t ORDER BY id")).map((row) => row["id"]);
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

test("one that is promoted has what it received, takes writes and follows nobody", async () => {
  await using pair = await openPair();
  const { primary: first, replica: second } = pair;
  await setReplicaDelay(second, 1);
  await first.execute("INSERT INTO db.t VALUES (1)");
  await received(second);
  await stopReceiving(second);
  await first.execute("INSERT INTO db.t VALUES (2)");
  await refuseWrites(first);
  await expect(first.execute("INSERT INTO db.t VALUES (3)")).rejects.toThrow("--super-read-only");
  expect(await transactionsBehind({ primary: first, replica: second })).toBe(2);

  await promote(second, deadlineIn(20_000));
  expect(await second.query("SHOW REPLICA STATUS")).toEqual([]);
  expect((await second.query("SELECT @@read_only AS refuses"))[0]?.["refuses"]).toBe("0");
  expect(await ids(second)).toEqual(["1"]);
});

test("one that cannot execute a transaction has stopped, and names it", async () => {
  await replica.script([{ sql: "SET SESSION sql_log_bin = 0" }, { sql: "INSERT INTO db.t VALUES (3)" }]);
  await primary.execute("INSERT INTO db.t VALUES (3)");
  await expect(awaitReplicated({ primary, replica, deadline: deadlineIn(20_000) })).rejects.toMatchObject({
    code: "REPLICA_STOPPED",
    got: expect.stringContaining("failed executing transaction"),
  });
});
