import { describe, expect, test } from "vitest";
import type { CheckVerdict } from "#core/verdict.ts";
import { checkPeople } from "./people.ts";

/** Class, hop, key and count of each anomaly. */
function found({ anomalies }: CheckVerdict): string[] {
  return anomalies.map((anomaly) => `${anomaly.class} ${anomaly.hop} ${anomaly.key} x${anomaly.count}`);
}

describe("current state", () => {
  test("is valid when the last event of each key is MySQL's row, and says how much it compared", async () => {
    const { state } = await checkPeople({
      mysql: [
        [1, "Ann", 12],
        [2, null, 20],
      ],
      lake: [
        { op: "r", row: [1, "Ann", 10], offset: 0 },
        { op: "r", row: [2, null, 20], offset: 1 },
        { op: "u", row: [1, "Ann", 12], offset: 2 },
        { op: "c", row: [3, "Cid", 30], offset: 3 },
        { op: "d", row: [3, "Cid", 30], offset: 4 },
      ],
    });
    expect(state).toMatchObject({ verdict: "valid", anomalies: [], note: "rows compared: people 2" });
  });

  test("a row that never reached the topic is lost between MySQL and Kafka", async () => {
    const { state } = await checkPeople({
      mysql: [[1, "Ann", 10]],
      lake: [],
      ledger: [{ kind: "insert", id: 1, gtid: "a:1" }],
    });
    expect(found(state)).toEqual(["lost debezium->kafka id=1 x1"]);
    expect(state.anomalies[0]?.evidence).toEqual([
      "id=1",
      "  mysql  name=Ann, salary=10",
      "  lake   no such row",
      "  stages ledger: 1 operations, the last insert a:1; topic: nothing; lake: nothing",
    ]);
  });

  test("a row that the topic has and the lake has not is lost between Kafka and the sink", async () => {
    const { state } = await checkPeople({
      mysql: [[1, "Ann", 10]],
      lake: [],
      topic: [{ op: "c", row: [1, "Ann", 10], offset: 7 }],
    });
    expect(found(state)).toEqual(["lost kafka->sink id=1 x1"]);
  });

  test("a row is stale when the lake lacks an update that the topic has", async () => {
    const first = { op: "c", row: [1, "Ann", 10], offset: 0 } as const;
    const { state } = await checkPeople({
      mysql: [[1, "Ann", 12]],
      lake: [first],
      topic: [first, { op: "u", row: [1, "Ann", 12], offset: 1 }],
    });
    expect(found(state)).toEqual(["stale kafka->sink id=1 x1"]);
    expect(state.anomalies[0]?.evidence.slice(1, 3)).toEqual([
      "  mysql  salary=12",
      "  lake   salary=10 (partition 0, offset 0)",
    ]);
  });

  test("a row is stale when only the ledger knows of its last update", async () => {
    const { state } = await checkPeople({
      mysql: [[1, "Ann", 12]],
      lake: [{ op: "c", row: [1, "Ann", 10], offset: 0, gtid: "a:1" }],
      ledger: [
        { kind: "insert", id: 1, gtid: "a:1" },
        { kind: "update", id: 1, gtid: "a:2" },
      ],
    });
    expect(found(state)).toEqual(["stale debezium->kafka id=1 x1"]);
  });

  test("a row whose deletion the lake lacks is resurrected", async () => {
    const first = { op: "c", row: [1, "Ann", 10], offset: 0 } as const;
    const { state } = await checkPeople({
      mysql: [],
      lake: [first],
      topic: [first, { op: "d", row: [1, "Ann", 10], offset: 1 }],
    });
    expect(found(state)).toEqual(["resurrected kafka->sink id=1 x1"]);
  });

  test("a deleted row that comes again after its deletion is resurrected", async () => {
    const { state } = await checkPeople({
      mysql: [],
      lake: [
        { op: "c", row: [1, "Ann", 10], offset: 0, gtid: "a:1" },
        { op: "d", row: [1, "Ann", 10], offset: 1, gtid: "a:2" },
        { op: "c", row: [1, "Ann", 10], offset: 2, gtid: "a:1" },
      ],
    });
    expect(found(state)).toEqual(["resurrected debezium->kafka id=1 x1"]);
  });

  test("a row that somebody wrote into the lake is a phantom", async () => {
    const { state } = await checkPeople({
      mysql: [],
      lake: [{ op: "c", row: [9, "Eve", 1], offset: null }],
      topic: [],
    });
    expect(found(state)).toEqual(["phantom object-store->catalog id=9 x1"]);
  });

  test("a row that somebody wrote over in the lake is value-changed there", async () => {
    const first = { op: "c", row: [1, "Ann", 10], offset: 0 } as const;
    const { state } = await checkPeople({
      mysql: [[1, "Ann", 10]],
      lake: [first, { op: "u", row: [1, "Eve", 10], offset: null }],
      topic: [first],
    });
    expect(found(state)).toEqual(["value-changed object-store->catalog id=1 x1"]);
  });

  test("a row that was deleted behind the binlog is resurrected: the lake has it alive", async () => {
    const { state } = await checkPeople({ mysql: [], lake: [{ op: "c", row: [1, "Ann", 10], offset: 0 }] });
    expect(found(state)).toEqual(["resurrected mysql->debezium id=1 x1"]);
  });

  test("a row that was changed behind the binlog is value-changed, and only the differing columns are shown", async () => {
    const { state } = await checkPeople({
      mysql: [[1, "Ann", 11]],
      lake: [{ op: "c", row: [1, "Ann", 10], offset: 0 }],
    });
    expect(found(state)).toEqual(["value-changed mysql->debezium id=1 x1"]);
    expect(state.anomalies[0]?.evidence.slice(1, 3)).toEqual([
      "  mysql  salary=11",
      "  lake   salary=10 (partition 0, offset 0)",
    ]);
  });

  test("NULL and a value differ, NULL and NULL do not", async () => {
    const { state } = await checkPeople({
      mysql: [
        [1, null, 10],
        [2, null, 10],
      ],
      lake: [
        { op: "c", row: [1, "", 10], offset: 0 },
        { op: "c", row: [2, null, 10], offset: 1 },
      ],
    });
    expect(found(state)).toEqual(["value-changed mysql->debezium id=1 x1"]);
  });

  test("MySQL's row with an older one after it is reordered", async () => {
    const { state } = await checkPeople({
      mysql: [[1, "Ann", 12]],
      lake: [
        { op: "u", row: [1, "Ann", 12], offset: 0, gtid: "a:2" },
        { op: "c", row: [1, "Ann", 10], offset: 1, gtid: "a:1" },
      ],
      ledger: [
        { kind: "insert", id: 1, gtid: "a:1" },
        { kind: "update", id: 1, gtid: "a:2" },
      ],
    });
    expect(found(state)).toEqual(["reordered debezium->kafka id=1 x1"]);
  });

  test("counts every row of a class and tells of five", async () => {
    const { state } = await checkPeople({
      mysql: [1, 2, 3, 4, 5, 6, 7].map((id) => [id, "Ann", 10] as const),
      lake: [],
    });
    expect(found(state)).toEqual(["lost mysql->debezium id=1 x7"]);
    expect(state.anomalies[0]?.evidence.filter((line) => line.startsWith("id="))).toHaveLength(5);
  });

  test("records that came twice do not disturb it", async () => {
    const first = { op: "c", row: [1, "Ann", 10], gtid: "a:1" } as const;
    const second = { op: "u", row: [1, "Ann", 12], gtid: "a:2" } as const;
    const { state } = await checkPeople({
      mysql: [[1, "Ann", 12]],
      lake: [
        { ...first, offset: 0 },
        { ...second, offset: 1 },
        { ...first, offset: 2 },
        { ...second, offset: 3 },
        { ...second, offset: 3 },
      ],
    });
    expect(state.verdict).toBe("valid");
  });
});

describe("current state of what is left out on purpose", () => {
  test("excluded and truncated columns, masked values and excluded tables are no loss", async () => {
    const lake = [{ op: "c", row: [1, "***", 10], offset: 0 }] as const;
    expect(
      (
        await checkPeople({
          mysql: [[1, "Ann", 11]],
          lake,
          projection: { masks: { "people.name": { kind: "mask", length: 3 } }, excludeColumns: ["people.salary"] },
        })
      ).state.verdict,
    ).toBe("valid");
    const cut = [{ op: "c", row: [1, "An", 10], offset: 0 }] as const;
    expect(
      (
        await checkPeople({
          mysql: [[1, "Ann", 10]],
          lake: cut,
          projection: { masks: { "people.name": { kind: "truncate", length: 2 } } },
        })
      ).state.verdict,
    ).toBe("valid");
    expect(
      (await checkPeople({ mysql: [[1, "Ann", 10]], lake: [], projection: { excludeTables: ["people"] } })).state
        .verdict,
    ).toBe("valid");
  });

  test("a masked column that arrives in clear is value-changed", async () => {
    const { state } = await checkPeople({
      mysql: [[1, "Ann", 10]],
      lake: [{ op: "c", row: [1, "Ann", 10], offset: 0 }],
      projection: { masks: { "people.name": { kind: "mask", length: 3 } } },
    });
    expect(found(state)).toEqual(["value-changed mysql->debezium id=1 x1"]);
  });
});

describe("current state of a table without a primary key", () => {
  const twice = { op: "c", row: [1, "Ann", 10] } as const;

  test("compares how often each row is there", async () => {
    const people = {
      withoutPrimaryKey: true,
      mysql: [
        [1, "Ann", 10],
        [1, "Ann", 10],
      ],
    } as const;
    const valid = await checkPeople({
      ...people,
      lake: [
        { ...twice, offset: 0 },
        { ...twice, offset: 1 },
      ],
    });
    expect(valid.state.verdict).toBe("valid");
    const lost = await checkPeople({ ...people, lake: [{ ...twice, offset: 0 }] });
    expect(found(lost.state)).toEqual(["lost mysql->kafka id=1, name=Ann, salary=10 x1"]);
    const duplicate = await checkPeople({ ...people, lake: [0, 1, 2].map((offset) => ({ ...twice, offset })) });
    expect(found(duplicate.state)).toEqual(["duplicate mysql->kafka id=1, name=Ann, salary=10 x1"]);
  });

  test("a delete takes one away", async () => {
    const { state } = await checkPeople({
      withoutPrimaryKey: true,
      mysql: [],
      lake: [
        { ...twice, offset: 0 },
        { ...twice, op: "d", offset: 1 },
      ],
    });
    expect(state.verdict).toBe("valid");
  });
});
