import { afterAll, expect, test } from "vitest";
import { mixed } from "#fixtures/workloads.ts";
import { faults } from "#run/faults.ts";
import type { EventMoment } from "#run/moments.ts";
import type { ScenarioDefinition } from "#run/scenario.ts";
import { account } from "../pipeline/running.ts";
import { bank, expectMarks, expectValid, sharedStack } from "./planting.ts";

// What a moment can wait for, on real servers: each is seen by a statement that struck when it came.
const stack = sharedStack();
afterAll(() => stack[Symbol.asyncDispose]());

const { mysql } = faults;
const pipeline: ScenarioDefinition["pipeline"] = {
  signals: true,
  partitions: 2,
  sinkTasks: 2,
  source: { "incremental.snapshot.chunk.size": "25" },
};
const put = { link: "sink->object-store", on: { kind: "put-data-file", table: "accounts" } } as const;
/** Of a part's moment: once it may strike, the next offset that the source stores. */
const stored = { event: { sourceOffset: { operations: 1 } } } as const;
const end = { link: "sink->kafka", on: { api: "EndTxn", transactionalId: /^worker/ } } as const;

function renameBranch(id: number, event: EventMoment["event"]) {
  return mysql.sql({ statements: [`UPDATE branches SET city = 'Renamed' WHERE id = ${id}`], when: { event } });
}

test("a request, a task's word, a chunk of a snapshot, the source's offset: each comes, and a fault strikes on it", async () => {
  const tables = ["accounts"];
  // Nobody writes until the first chunk has been read: docs/cases.md.
  const snapshot = faults.whileRunning({
    fault: mysql.lockTables({ tables, forMs: 1_500, when: { afterOperations: 60 } }),
    strike: [faults.debezium.snapshot({ tables, type: "incremental" })],
  });
  const struck = [
    renameBranch(1, { ...put, nth: 2 }),
    renameBranch(2, { ...end, nth: 3 }),
    renameBranch(3, { control: "data-complete", task: 1 }),
    renameBranch(4, { snapshot: "incremental", says: "in-progress", table: "accounts", nth: 2 }),
    renameBranch(5, { sourceOffset: { operations: 100 } }),
    snapshot,
    faults.whileRunning({
      fault: faults.pause("catalog", { afterOperations: 200, forMs: 800 }),
      strike: [mysql.rotateBinlogs({ atMs: 200 }), mysql.killConnections({ of: "debezium", when: stored })],
    }),
  ];
  const told = await stack.run({
    ...bank,
    workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 480 }),
    pipeline: { ...pipeline, source: { ...pipeline?.source, "connect.keep.alive.interval.ms": "1000" } },
    faults: struck,
    expect: { duplicates: { atMost: "readAgain" }, "offset-went-back": { atMost: 16 } },
  });
  expectMarks(told, struck);
  expectValid(told);
});

test("one that does not come makes the run unknown, and it is told what came instead", async () => {
  const never = [
    renameBranch(1, { ...put, nth: 5_000 }),
    renameBranch(2, { ...end, nth: 5_000 }),
    renameBranch(3, { control: "data-written", task: 2 }),
    renameBranch(4, { snapshot: "incremental", says: "completed" }),
    renameBranch(5, { sourceOffset: { file: "binlog.900000" } }),
  ];
  const told = await stack.run({ ...bank, pipeline, faults: never });
  expect(told.verdict.verdict, account(told)).toBe("unknown");
  const error = told.verdict.error?.join("\n") ?? "";
  for (const { label } of never) expect(error).toContain(`${label}: its moment`);
  const seen = ["put-data-file on sink->object-store", "EndTxn on sink->kafka", "DATA_WRITTEN of task 1"];
  for (const text of [...seen, "source offsets", "initial snapshot completed"])
    expect(error).toMatch(new RegExp(`${text} [1-9]`));
});
