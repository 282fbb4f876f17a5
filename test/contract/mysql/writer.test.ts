import { beforeAll, describe, expect, test } from "vitest";
import { deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import { freshSecret } from "#core/random.ts";
import type { Transaction } from "#core/source.ts";
import { type ConnectOptions, connectMysql, type MysqlClient } from "#stages/mysql/client.ts";
import { gtidSubset, mysqlProgress } from "#stages/mysql/progress.ts";
import { settleUnknown } from "#stages/mysql/settle.ts";
import { type CommitIdentity, openWriter } from "#stages/mysql/writer.ts";
import { oneMysql } from "../one-mysql.ts";
import { openMoodyProxy } from "./moody-proxy.ts";

let login: ConnectOptions;
let client: MysqlClient;

const table = ["CREATE DATABASE db", "CREATE TABLE db.t (id INT PRIMARY KEY, note VARCHAR(20))"];

beforeAll(async () => {
  const mysql = await oneMysql(table);
  ({ login, client } = mysql);
  return () => mysql[Symbol.asyncDispose]();
});

function insert(id: number, more: Partial<Transaction> = {}): Transaction {
  const statements = [{ sql: "INSERT INTO db.t VALUES (?, ?)", values: [id, "new"] }];
  return { label: "insert", statements, changes: [{ table: "t", kind: "insert", key: { id } }], ...more };
}

/** A UUID that no other writer has. */
function ownSource(): string {
  return freshSecret().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

async function ids(): Promise<string[]> {
  return (await client.query("SELECT id FROM db.t ORDER BY id")).map((row) => row["id"] ?? "");
}

async function isThere(id: number): Promise<boolean> {
  return (await ids()).includes(String(id));
}

describe("a commit", () => {
  test("is known by the GTID that MySQL gave it", async () => {
    await using writer = openWriter({ ...login, identity: { kind: "given-gtid" } });
    const outcome = await writer.transact(insert(1));
    expect(outcome).toMatchObject({ status: "ok", affectedRows: 1 });
    const gtid = outcome.status === "ok" && "gtid" in outcome.commit ? outcome.commit.gtid : "";
    const [own] = await client.query("SELECT @@server_uuid AS uuid");
    expect(gtid.startsWith(`${own?.["uuid"]}:`)).toBe(true);
    expect(await gtidSubset(client, { part: gtid, whole: (await mysqlProgress(client)).gtidExecuted })).toBe(true);
  });

  test("is known by the GTID that the writer chose, and a rejected one leaves no gap", async () => {
    const sourceId = ownSource();
    await using writer = openWriter({ ...login, identity: { kind: "chosen-gtid", sourceId } });
    expect(await writer.transact(insert(2))).toMatchObject({ status: "ok", commit: { gtid: `${sourceId}:1` } });
    expect(await writer.transact(insert(2))).toMatchObject({
      status: "fail",
      reason: expect.stringContaining("Duplicate entry"),
    });
    expect(await writer.transact(insert(3))).toMatchObject({ status: "ok", commit: { gtid: `${sourceId}:2` } });
  });

  test("fails, and the next goes through, when another transaction keeps a row that it wants", async () => {
    await using writer = openWriter({ ...login, identity: { kind: "given-gtid" } });
    await using other = await connectMysql(login);
    await other.script([{ sql: "BEGIN" }, { sql: "INSERT INTO db.t VALUES (70, 'kept')" }]);
    expect(await writer.transact(insert(70))).toMatchObject({
      status: "fail",
      reason: expect.stringContaining("Lock wait timeout exceeded"),
    });
    await other.execute("ROLLBACK");
    expect(await writer.transact(insert(70))).toMatchObject({ status: "ok" });
  });

  test("fails, and the next goes through, when another session keeps the table", async () => {
    await using writer = openWriter({ ...login, identity: { kind: "given-gtid" } });
    await using other = await connectMysql(login);
    await other.execute("LOCK TABLES db.t READ");
    expect(await writer.transact(insert(71))).toMatchObject({
      status: "fail",
      reason: expect.stringContaining("Lock wait timeout exceeded"),
    });
    await other.execute("UNLOCK TABLES");
    expect(await writer.transact(insert(71))).toMatchObject({ status: "ok" });
  });

  test("has all its statements or none", async () => {
    await using writer = openWriter({ ...login, identity: { kind: "given-gtid" } });
    const both = { ...insert(4), statements: [...insert(4).statements, ...insert(1).statements] };
    expect((await writer.transact(both)).status).toBe("fail");
    expect(await isThere(4)).toBe(false);
  });

  test("that is to be rolled back leaves nothing, neither row nor GTID", async () => {
    const before = await mysqlProgress(client);
    for (const identity of [
      { kind: "given-gtid" },
      { kind: "chosen-gtid", sourceId: ownSource() },
    ] satisfies CommitIdentity[]) {
      await using writer = openWriter({ ...login, identity });
      expect((await writer.transact(insert(5, { rollback: true }))).status).toBe("fail");
    }
    expect(await isThere(5)).toBe(false);
    expect((await mysqlProgress(client)).gtidExecuted).toBe(before.gtidExecuted);
  });

  test("leaves nothing of its session to the next when a statement is rejected", async () => {
    await client.execute("CREATE TABLE db.child (id INT PRIMARY KEY, t INT, FOREIGN KEY (t) REFERENCES db.t (id))");
    const orphan = { ...insert(0), statements: [{ sql: "INSERT INTO db.child VALUES (1, -1)" }] };
    for (const rollback of [false, true]) {
      await using writer = openWriter({ ...login, identity: { kind: "given-gtid" } });
      const rejected = insert(1, { rollback });
      const statements = [{ sql: "SET SESSION foreign_key_checks = 0" }, ...rejected.statements];
      expect(await writer.transact({ ...rejected, statements })).toMatchObject({ status: "fail" });
      expect(await writer.transact(orphan)).toMatchObject({
        status: "fail",
        reason: expect.stringContaining("foreign key constraint fails"),
      });
      expect(await writer.transact(insert(rollback ? 7 : 6))).toMatchObject({ status: "ok" });
    }
  });

  test("counts the rows that really changed", async () => {
    await using writer = openWriter({ ...login, identity: { kind: "given-gtid" } });
    const update = {
      ...insert(1),
      statements: [
        { sql: "UPDATE db.t SET note = 'new' WHERE id = 1" },
        { sql: "UPDATE db.t SET note = 'old' WHERE id = 1" },
      ],
    };
    expect(await writer.transact(update)).toMatchObject({ status: "ok", affectedRows: 1 });
  });
});

describe("a commit whose answer is lost", () => {
  test("had happened: it is unknown at first, and settled as committed", async () => {
    await using proxy = await openMoodyProxy(login.address);
    await using writer = openWriter({
      ...login,
      address: proxy.address,
      identity: { kind: "chosen-gtid", sourceId: ownSource() },
    });
    await writer.transact(insert(10));
    proxy.mood = "swallow-answers";
    const commit = writer.transact(insert(11));
    await poll({
      what: "the row",
      deadline: deadlineIn(10_000),
      look: async () => ((await isThere(11)) ? seen(true) : notYet("no row")),
    });
    proxy.cutClients();
    const outcome = await commit;
    expect(outcome).toMatchObject({ status: "info", gtid: expect.stringMatching(/:2$/) });
    expect(await settleUnknown(client, gtidOf(outcome))).toBe("committed");
    expect(await settleUnknown(client, gtidOf(outcome))).toBe("committed");
    proxy.mood = "pass";
    expect(await writer.transact(insert(12))).toMatchObject({
      status: "ok",
      commit: { gtid: expect.stringMatching(/:3$/) },
    });
  });

  test("had not happened: it is settled as not committed, and can't happen any more when it arrives late", async () => {
    await using proxy = await openMoodyProxy(login.address);
    const identity = { kind: "chosen-gtid", sourceId: ownSource() } as const;
    await using writer = openWriter({ ...login, address: proxy.address, identity, withinMs: 1_000 });
    await writer.transact(insert(20));
    proxy.mood = "hold-requests";
    const outcome = await writer.transact(insert(21));
    expect(outcome).toMatchObject({ status: "info", gtid: expect.stringMatching(/:2$/) });
    expect(await settleUnknown(client, gtidOf(outcome))).toBe("not-committed");
    await proxy.release();
    await poll({
      what: "the late session to end",
      deadline: deadlineIn(10_000),
      look: async () => {
        const busy = await client.query(
          "SELECT id FROM information_schema.processlist WHERE user = 'floe' AND command <> 'Sleep' AND id <> CONNECTION_ID()",
        );
        return busy.length === 0 ? seen(true) : notYet("still at work");
      },
    });
    expect(await isThere(21)).toBe(false);
  });

  test("belongs to a session that is still at work: settling waits for it", async () => {
    const gtid = `${ownSource()}:1`;
    await using holder = await connectMysql(login);
    await holder.script([{ sql: `SET gtid_next = '${gtid}'` }, { sql: "BEGIN" }, ...insert(30).statements]);
    await using settler = await connectMysql(login);
    const settled = settleUnknown(settler, gtid);
    await holder.script([{ sql: "COMMIT" }, { sql: "SET gtid_next = 'AUTOMATIC'" }]);
    expect(await settled).toBe("committed");
  });
});

test("a writer whose MySQL is away fails for certain, as nothing was sent", async () => {
  const proxy = await openMoodyProxy(login.address);
  const gone = proxy.address;
  await proxy[Symbol.asyncDispose]();
  await using writer = openWriter({ ...login, address: gone, identity: { kind: "given-gtid" } });
  expect(await writer.transact(insert(40))).toMatchObject({ status: "fail" });
});

test("without GTIDs, a commit is known by the binlog's file and position", async () => {
  await using mysql = await oneMysql(table, { positions: "file" });
  await using writer = openWriter({ ...mysql.login, identity: { kind: "file-position" } });
  const outcome = await writer.transact(insert(1));
  const { file, position } = await mysqlProgress(mysql.client);
  expect(outcome).toMatchObject({ status: "ok", commit: { file, position } });
});

function gtidOf(outcome: { status: string; gtid?: string }): string {
  return outcome.gtid ?? "";
}
