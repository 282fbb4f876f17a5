import { describe, expect, test } from "vitest";
import { behind } from "#checks/behind.ts";
import { runCheck } from "#checks/check.ts";
import { openDuckdb } from "#stages/duckdb/client.ts";
import { inputsFor } from "./people.ts";

interface Stages {
  /** GTID numbers of updates of one row, in the binlog's order. */
  readonly ledger: readonly number[];
  /** Those that the binlog has; it was not read unless told. */
  readonly binlog?: readonly number[];
  /** Those that have a record, in the topic's order. */
  readonly topic: readonly number[];
  /** Where the sink's group is in the topic. */
  readonly group?: number;
  /** Records of a data file that the sink has announced; the table has it or not. */
  readonly announced?: { readonly records: number; readonly inTable: boolean };
}

async function counted(
  failed: "source" | "sink",
  { ledger, binlog = [], topic, group, announced }: Stages,
): Promise<number> {
  using duckdb = await openDuckdb({});
  const columns = `"table" VARCHAR, key VARCHAR, kind VARCHAR, place VARCHAR`;
  await duckdb.run(`CREATE TABLE ledger (seq BIGINT, status VARCHAR, "file" VARCHAR, ${columns})`);
  await duckdb.run(`CREATE TABLE records (topic VARCHAR, "partition" INTEGER, "offset" BIGINT, ${columns})`);
  await duckdb.run(`CREATE TABLE group_moves (topic VARCHAR, "partition" INTEGER, now BIGINT, turn BIGINT)`);
  await duckdb.run("CREATE TABLE control (type VARCHAR, files JSON)");
  await duckdb.run("CREATE TABLE files (path VARCHAR)");
  if (announced !== undefined) {
    const file = JSON.stringify([{ path: "a.parquet", records: announced.records }]);
    await duckdb.run(`INSERT INTO control VALUES ('DATA_WRITTEN', '${file}')`);
    if (announced.inTable) await duckdb.run("INSERT INTO files VALUES ('a.parquet')");
  }
  for (const [seq, gtid] of ledger.entries())
    await duckdb.run(
      `INSERT INTO ledger VALUES (${seq}, 'ok', ${binlog.includes(gtid) ? "'binlog.1'" : "NULL"}, 'people', 'id=1', 'update', 'a:${gtid}')`,
    );
  for (const [offset, gtid] of topic.entries())
    await duckdb.run(`INSERT INTO records VALUES ('t', 0, ${offset}, 'people', 'id=1', 'update', 'a:${gtid}')`);
  if (group !== undefined) await duckdb.run(`INSERT INTO group_moves VALUES ('t', 0, 1, 0), ('t', 0, ${group}, 1)`);
  return await runCheck(behind(inputsFor({ shape: "debezium-transform" }), failed), duckdb.rows);
}

describe("what a failed connector had not passed", () => {
  test("is every operation after the source's last record", async () => {
    expect(await counted("source", { ledger: [1, 2, 3, 4], topic: [1, 2] })).toBe(2);
    expect(await counted("source", { ledger: [1, 2], topic: [] })).toBe(2);
    expect(await counted("source", { ledger: [1, 2], topic: [1, 2] })).toBe(0);
  });

  test("is no operation before it: a gap stays a loss", async () => {
    expect(await counted("source", { ledger: [1, 2, 3, 4], topic: [1, 3] })).toBe(1);
  });

  test("is every operation of a promoted server after it, whatever the one before took with it", async () => {
    expect(await counted("source", { ledger: [1, 4, 5, 2, 3], binlog: [1, 4, 5], topic: [1, 2, 3, 4] })).toBe(1);
  });

  test("is every record from the sink's offsets on, and all where it never had one", async () => {
    expect(await counted("sink", { ledger: [1, 2, 3], topic: [1, 2, 3], group: 2 })).toBe(1);
    expect(await counted("sink", { ledger: [1, 2, 3], topic: [1, 2, 3] })).toBe(3);
  });

  test("is every record that the sink announced and its coordinator did not live to commit", async () => {
    const stages = { ledger: [1, 2, 3], topic: [1, 2, 3], group: 2 };
    expect(await counted("sink", { ...stages, announced: { records: 2, inTable: false } })).toBe(3);
    expect(await counted("sink", { ...stages, announced: { records: 2, inTable: true } })).toBe(1);
  });
});
