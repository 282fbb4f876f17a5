import { describe, expect, test } from "vitest";
import { changelog } from "#checks/changelog.ts";
import { runCheck } from "#checks/check.ts";
import { currentState } from "#checks/current-state.ts";
import { evidenceStatements } from "#checks/evidence.ts";
import { examine } from "#checks/prepare.ts";
import type { RecordShape } from "#core/pipeline-spec.ts";
import type { CheckVerdict } from "#core/verdict.ts";
import { openDuckdb } from "#stages/duckdb/client.ts";
import { inputsFor } from "./people.ts";

const mysql = `CREATE TABLE mysql_people AS SELECT * FROM (VALUES (1::BIGINT, 'Ann', 12::BIGINT)) AS v(id, name, salary)`;
const place = (offset: number) => `{'topic': 't', 'partition': 0, 'offset': ${offset}}`;

interface Lake {
  readonly shape: RecordShape;
  readonly lake: string;
  readonly evidence?: readonly string[];
  readonly withoutPrimaryKey?: boolean;
}

async function check({
  shape,
  lake,
  evidence = [],
  withoutPrimaryKey = false,
}: Lake): Promise<{ state: CheckVerdict; log: CheckVerdict }> {
  using duckdb = await openDuckdb({});
  for (const sql of [mysql, `CREATE TABLE lake_people AS ${lake}`, ...evidenceStatements({}), ...evidence])
    await duckdb.run(sql);
  const { inputs } = await runCheck(examine(inputsFor({ shape, withoutPrimaryKey })), duckdb.rows);
  return {
    log: await runCheck(changelog(inputs), duckdb.rows),
    state: await runCheck(currentState(inputs), duckdb.rows),
  };
}

function found({ anomalies }: CheckVerdict): string[] {
  return anomalies.map((anomaly) => `${anomaly.class} ${anomaly.key} x${anomaly.count}`);
}

const deletedInLedger = `INSERT INTO ledger (seq, "table", kind, key, gtid, place, status) VALUES (0, 'people', 'delete', 'id=2', 'a:1', 'a:1', 'ok')`;
const inTopic = (...records: readonly string[]) =>
  `INSERT INTO topics (topic, "partition", "offset", "table", key, kind, gtid, payload) VALUES ${records.join(", ")}`;
const ann = (salary: number) => `'${JSON.stringify({ source: {}, after: { id: 1, name: "Ann", salary } })}'`;

describe("the envelope", () => {
  const row = (id: number, salary: number) => `{'id': ${id}, 'name': 'Ann', 'salary': ${salary}}`;
  const event = (op: string, before: string, after: string, pos: number) =>
    `SELECT ${before}::STRUCT(id INTEGER, name VARCHAR, salary INTEGER) AS before, ${after}::STRUCT(id INTEGER, name VARCHAR, salary INTEGER) AS after,
      {'file': 'binlog.000001', 'pos': ${pos}, 'row': 0} AS source, '${op}' AS op`;

  test("is read in the order of the binlog where there is no offset", async () => {
    const lake = [
      event("u", row(1, 10), row(1, 12), 300),
      event("c", "NULL", row(1, 10), 200),
      event("d", row(2, 5), "NULL", 250),
      event("c", "NULL", row(2, 5), 100),
    ];
    const { state } = await check({ shape: "envelope", lake: lake.join(" UNION ALL ") });
    expect(state).toMatchObject({ verdict: "valid", note: "rows compared: people 1" });
  });

  test("tells which row an update replaces, so that a table needs no primary key", async () => {
    const lake = [event("c", "NULL", row(1, 10), 100), event("u", row(1, 10), row(1, 12), 200)].join(" UNION ALL ");
    expect((await check({ shape: "envelope", lake, withoutPrimaryKey: true })).state.verdict).toBe("valid");
    const surplus = [lake, event("c", "NULL", row(1, 12), 300)].join(" UNION ALL ");
    expect(found((await check({ shape: "envelope", lake: surplus, withoutPrimaryKey: true })).state)).toEqual([
      "duplicate id=1, name=Ann, salary=12 x1",
    ]);
  });
});

describe("records of DebeziumTransform", () => {
  test("without a primary key and with updates cannot be judged, and that is said", async () => {
    const lake = `SELECT 1 AS id, 'Ann' AS name, 12 AS salary, {'op': 'U', 'offset': 1} AS _cdc`;
    const { state } = await check({ shape: "debezium-transform", lake, withoutPrimaryKey: true });
    expect(state.verdict).toBe("unknown");
    expect(state.note).toContain("people has no primary key");
  });

  test("without Kafka metadata are ordered by the transform's own offset, and compared by key and values with the topic", async () => {
    const lake = `SELECT 1 AS id, 'Ann' AS name, 12 AS salary, {'op': 'U', 'offset': 1} AS _cdc UNION ALL SELECT 1, 'Ann', 10, {'op': 'I', 'offset': 0}`;
    const evidence = [
      inTopic(`('t', 0, 0, 'people', 'id=1', 'snapshot', NULL, ${ann(10)})`),
      inTopic(`('t', 0, 1, 'people', 'id=1', 'update', 'a:1', ${ann(12)})`),
      `INSERT INTO ledger (seq, "table", kind, key, gtid, place, status) VALUES (0, 'people', 'update', 'id=1', 'a:1', 'a:1', 'ok')`,
    ];
    const twice = `${lake} UNION ALL SELECT 1, 'Ann', 10, {'op': 'I', 'offset': 0}`;
    const { state, log } = await check({ shape: "debezium-transform", lake: twice, evidence });
    expect(state.verdict).toBe("valid");
    expect(found(log)).toEqual(["duplicate id=1 x1"]);
    expect(log.note).toContain("compared by key and values");
    const changed = `SELECT 1 AS id, 'Ann' AS name, 12 AS salary, {'op': 'U', 'offset': 1} AS _cdc UNION ALL SELECT 1, 'Ann', 9, {'op': 'I', 'offset': 0}`;
    const told = await check({ shape: "debezium-transform", lake: changed, evidence });
    expect(found(told.log)).toEqual(["lost id=1 x1", "phantom id=1 x1"]);
  });
});

describe("unwrapped records", () => {
  const rows = `SELECT 1 AS id, 'Ann' AS name, 12 AS salary, ${place(1)} AS _kafka_metadata UNION ALL SELECT 1, 'Ann', 10, ${place(0)}
    UNION ALL SELECT 2, 'Bob', 5, ${place(2)}`;

  test("leave deleted rows in the lake, which is no anomaly when the ledger has the deletion", async () => {
    expect((await check({ shape: "unwrapped", lake: rows, evidence: [deletedInLedger] })).state.verdict).toBe("valid");
    expect(found((await check({ shape: "unwrapped", lake: rows })).state)).toEqual(["phantom id=2 x1"]);
  });

  test("without any order are right when one of a key's records is MySQL's row", async () => {
    const lake = "SELECT 1 AS id, 'Ann' AS name, 12 AS salary UNION ALL SELECT 1, 'Ann', 10";
    expect((await check({ shape: "unwrapped", lake })).state.verdict).toBe("valid");
    expect(
      found((await check({ shape: "unwrapped", lake: "SELECT 1 AS id, 'Ann' AS name, 10 AS salary" })).state),
    ).toEqual(["value-changed id=1 x1"]);
  });

  test("do not demand a deletion's tombstone in the lake", async () => {
    const evidence = [
      deletedInLedger,
      inTopic(
        "('t', 0, 0, 'people', 'id=1', 'snapshot', NULL, NULL)",
        "('t', 0, 1, 'people', 'id=1', 'snapshot', NULL, NULL)",
        "('t', 0, 2, 'people', 'id=2', 'snapshot', NULL, NULL)",
        "('t', 0, 3, 'people', 'id=2', 'delete', 'a:1', NULL)",
      ),
    ];
    expect(found((await check({ shape: "unwrapped", lake: rows, evidence })).log)).toEqual(["duplicate id=1 x1"]);
  });

  test("with rewrite, say which rows are deleted", async () => {
    const lake = `SELECT 1 AS id, 'Ann' AS name, 12 AS salary, 'false' AS __deleted, ${place(1)} AS _kafka_metadata
      UNION ALL SELECT 2, 'Bob', 5, 'false', ${place(2)} UNION ALL SELECT 2, 'Bob', 5, 'true', ${place(3)}`;
    expect((await check({ shape: "unwrapped-rewrite", lake })).state.verdict).toBe("valid");
  });
});

describe("a lake that does not fit", () => {
  test("a column that it does not have is value-changed where MySQL has a value", async () => {
    const lake = `SELECT 1 AS id, 'Ann' AS name, {'op': 'I', 'offset': 0} AS _cdc`;
    const { state } = await check({ shape: "debezium-transform", lake });
    expect(found(state)).toEqual(["value-changed id=1 x1"]);
  });

  test("a column of a type that cannot hold MySQL's values is type-changed", async () => {
    const lake = `SELECT 1 AS id, 'Ann' AS name, [12] AS salary, {'op': 'I', 'offset': 0} AS _cdc`;
    const { state } = await check({ shape: "debezium-transform", lake });
    expect(found(state)).toEqual(["type-changed salary x1"]);
    expect(state.anomalies[0]?.evidence).toEqual(["salary: MySQL int, lake INTEGER[]: no values in common"]);
  });

  test("a table that it does not have is lost, unless MySQL's is empty", async () => {
    using duckdb = await openDuckdb({});
    for (const sql of [mysql, ...evidenceStatements({})]) await duckdb.run(sql);
    const noLake = { ...inputsFor({ shape: "debezium-transform" }), lake: () => undefined };
    const { inputs } = await runCheck(examine(noLake), duckdb.rows);
    expect(found(await runCheck(currentState(inputs), duckdb.rows))).toEqual(["lost all rows x1"]);
    await duckdb.run("DELETE FROM mysql_people");
    expect((await runCheck(currentState(inputs), duckdb.rows)).verdict).toBe("valid");
  });
});

test("a row that no longer passes a declared filter may stay in the lake or be absent", async () => {
  using duckdb = await openDuckdb({});
  for (const sql of [mysql, ...evidenceStatements({})]) await duckdb.run(sql);
  await duckdb.run(
    "CREATE TABLE lake_people AS SELECT 1 AS id, 'Ann' AS name, 10 AS salary, {'op': 'I', 'offset': 0} AS _cdc",
  );
  const filtered = inputsFor({ shape: "debezium-transform", projection: { filters: { people: "salary < 12" } } });
  const { inputs } = await runCheck(examine(filtered), duckdb.rows);
  expect(await runCheck(currentState(inputs), duckdb.rows)).toMatchObject({
    verdict: "valid",
    note: "rows compared: people 0",
  });
});
