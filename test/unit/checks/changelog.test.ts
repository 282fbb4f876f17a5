import { describe, expect, test } from "vitest";
import type { CheckVerdict } from "#core/verdict.ts";
import { checkPeople, type Event, topicName } from "./people.ts";

function found({ anomalies }: CheckVerdict): string[] {
  return anomalies.map((anomaly) => `${anomaly.class} ${anomaly.hop} ${anomaly.key} x${anomaly.count}`);
}

const inserted: Event = { op: "c", row: [1, "Ann", 10], offset: 0, gtid: "a:1" };
const updated: Event = { op: "u", row: [1, "Ann", 12], offset: 1, gtid: "a:2" };
const ledger = [
  { kind: "insert", id: 1, gtid: "a:1" },
  { kind: "update", id: 1, gtid: "a:2" },
] as const;
const mysql = [[1, "Ann", 12]] as const;

describe("the changelog from ledger to topic", () => {
  test("is valid when each operation is there once, and says how much it compared", async () => {
    const { log } = await checkPeople({ mysql, lake: [inserted, updated], ledger });
    expect(log).toMatchObject({ verdict: "valid", anomalies: [], note: "2 operations, 2 records" });
  });

  test("an operation that the topic lacks is lost, with its GTID as evidence", async () => {
    const { log } = await checkPeople({ mysql, lake: [inserted], ledger });
    expect(found(log)).toEqual(["lost debezium->kafka id=1 x1"]);
    expect(log.anomalies[0]?.evidence).toEqual(["id=1", "  update a:2", "  mysql  the row", "  topic  no record"]);
  });

  test("an operation that the topic has twice is a duplicate, with both places", async () => {
    const { log } = await checkPeople({
      mysql,
      lake: [inserted, updated, { ...inserted, offset: 2 }, { ...updated, offset: 3 }],
      ledger,
    });
    expect(found(log)).toEqual(["duplicate debezium->kafka id=1 x2"]);
    expect(log.anomalies[0]?.evidence).toContain("  ledger 1 times; topic 2 times (partition 0, offset 0 to 2)");
  });

  test("the same row changed twice in one transaction is two operations", async () => {
    const twice = [inserted, updated, { ...updated, offset: 2 }];
    const operations = [...ledger, { kind: "update", id: 1, gtid: "a:2" } as const];
    expect((await checkPeople({ mysql, lake: twice, ledger: operations })).log.verdict).toBe("valid");
    expect(found((await checkPeople({ mysql, lake: [inserted, updated], ledger: operations })).log)).toEqual([
      "lost debezium->kafka id=1 x1",
    ]);
  });

  test("a record that nobody wrote is a phantom, and so is one of a transaction that failed", async () => {
    expect(found((await checkPeople({ mysql, lake: [inserted, updated], ledger: [ledger[0]] })).log)).toEqual([
      "phantom debezium->kafka id=1 x1",
    ]);
    const failed = [ledger[0], { ...ledger[1], status: "fail" }] as const;
    expect(found((await checkPeople({ mysql, lake: [inserted, updated], ledger: failed })).log)).toEqual([
      "phantom debezium->kafka id=1 x1",
    ]);
  });

  test("an operation of unknown outcome may be there or not, but not twice", async () => {
    const perhaps = [ledger[0], { ...ledger[1], status: "info" }] as const;
    expect((await checkPeople({ mysql, lake: [inserted, updated], ledger: perhaps })).log.verdict).toBe("valid");
    expect((await checkPeople({ mysql, lake: [inserted], ledger: perhaps })).log.verdict).toBe("valid");
    const twice = [inserted, updated, { ...updated, offset: 2 }];
    expect(found((await checkPeople({ mysql, lake: twice, ledger: perhaps })).log)).toEqual([
      "duplicate debezium->kafka id=1 x1",
    ]);
  });

  test("rows of the snapshot are no operations, but a row that is in it twice is a duplicate", async () => {
    const snapshot: Event = { op: "r", row: [1, "Ann", 12], offset: 0 };
    expect((await checkPeople({ mysql, lake: [snapshot], ledger: [] })).log.verdict).toBe("valid");
    expect(found((await checkPeople({ mysql, lake: [snapshot, { ...snapshot, offset: 1 }], ledger: [] })).log)).toEqual(
      ["duplicate mysql->debezium id=1 x1"],
    );
  });

  test("a table with a declared filter is not held against the ledger", async () => {
    const { log } = await checkPeople({
      mysql,
      lake: [inserted],
      ledger,
      projection: { filters: { people: "salary < 12" } },
    });
    expect(log.verdict).toBe("valid");
  });
});

describe("the changelog from topic to lake", () => {
  test("a record that the lake lacks is lost, with partition and offset", async () => {
    const { log } = await checkPeople({ mysql, lake: [inserted], topic: [inserted, updated], ledger });
    expect(found(log)).toEqual(["lost kafka->sink id=1 x1"]);
    expect(log.anomalies[0]?.evidence).toEqual([
      "id=1",
      `  ${topicName} partition 0 offset 1`,
      "  topic  once; lake 0 times",
    ]);
  });

  test("a record that the lake has three times is two duplicates", async () => {
    const { log } = await checkPeople({
      mysql,
      lake: [inserted, updated, updated, updated],
      topic: [inserted, updated],
      ledger,
    });
    expect(found(log)).toEqual(["duplicate kafka->sink id=1 x2"]);
  });

  test("a row of the lake without a place in Kafka is a phantom", async () => {
    const { log } = await checkPeople({
      mysql,
      lake: [inserted, updated, { ...updated, offset: null }],
      topic: [inserted, updated],
      ledger,
    });
    expect(found(log)).toEqual(["phantom object-store->catalog id=1 x1"]);
  });

  test("a row of the lake whose place the topic does not have is a phantom", async () => {
    const { log } = await checkPeople({
      mysql,
      lake: [inserted, updated, { ...updated, offset: 9 }],
      topic: [inserted, updated],
      ledger,
    });
    expect(found(log)).toEqual(["phantom kafka->sink id=1 x1"]);
  });
});
