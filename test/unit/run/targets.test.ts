import { expect, test } from "vitest";
import { employees } from "#fixtures/employees/employees.ts";
import { mixed } from "#fixtures/workloads.ts";
import { faults } from "#run/faults.ts";
import type { Moment } from "#run/moments.ts";
import { needsStackAlone, proxiedLinks, type ScenarioDefinition } from "#run/scenario.ts";
import { refuseImpossible } from "#run/targets.ts";

const small = { story: "A few people.", source: employees({ employees: 5 }), workload: mixed({ operations: 1 }) };
const when = { afterOperations: 1 };
const refuse = (more: Partial<ScenarioDefinition>) => () => refuseImpossible({ ...small, ...more });

test("a fault on a server that the stack will not have is refused, with the nearest name", () => {
  expect(refuse({ faults: [faults.kill("conect-1", when)] })).toThrow(
    "the stack of this scenario has no conect-1, which is asked for: kill conect-1 after 1 operations",
  );
  expect(refuse({ faults: [faults.kill("kafka-2", when)] })).toThrow("has no kafka-2");
  expect(refuse({ faults: [faults.kill("kafka-2", when)], stack: { brokers: 3 } })).not.toThrow();
  expect(refuse({ faults: [faults.kill("connect-1", when)], stack: { topology: "separate" } })).toThrow(
    "has no connect-1",
  );
});

test("memory is taken from a JVM alone", () => {
  expect(() => faults.limitHeap("mysql", { ...when, heapMb: 20 })).toThrow("mysql has no heap that could be limited");
  expect(refuse({ faults: [faults.limitHeap("kafka-3", { ...when, heapMb: 20 })] })).toThrow("has no kafka-3");
});

test("a target inside another fault is looked at, too", () => {
  const inside = faults.sequence({ when, faults: [faults.mysql.rotateBinlogs(), faults.pause("mysqld", when)] });
  expect(refuse({ faults: [inside] })).toThrow("has no mysqld");
});

test("there is no link to a catalog that the tables do without", () => {
  const cut = [faults.cut("sink->catalog", when)];
  expect(refuse({ faults: cut })).not.toThrow();
  expect(refuse({ faults: cut, pipeline: { catalog: "hadoop" } })).toThrow("has no sink->catalog");
});

test("a replica and positions by file do not go together", () => {
  const stack = { replica: "with-updates-logged" } as const;
  expect(refuse({ stack })).not.toThrow();
  expect(refuse({ stack, pipeline: { positions: "file" } })).toThrow(
    "a replica's binlog has files and positions of its own",
  );
  expect(refuse({ faults: [faults.mysql.delayReplica({ seconds: 1 })] })).toThrow("has no mysql-replica");
  expect(refuse({ faults: [faults.mysql.promoteReplica()] })).toThrow("has no mysql-replica");
  const cut = [faults.cut("replica->mysql", when)];
  expect(refuse({ faults: cut })).toThrow("has no replica->mysql");
  expect(refuse({ faults: cut, stack })).not.toThrow();
});

test("a signal is sent to a source that hears it, by GTIDs", () => {
  const snapshot = faults.debezium.snapshot({ tables: ["titles"], type: "incremental" });
  const inside = faults.sequence({ when, faults: [snapshot] });
  for (const fault of [snapshot, inside]) {
    expect(refuse({ faults: [fault] })).toThrow("hears no signals");
    expect(refuse({ faults: [fault], pipeline: { signals: true } })).not.toThrow();
  }
  for (const strike of [faults.mysql.gtidGap(), faults.mysql.restoreDump()])
    expect(refuse({ faults: [strike], pipeline: { positions: "file" } })).toThrow(strike.label);
  expect(refuse({ pipeline: { signals: true, positions: "file" } })).toThrow("by the server's executed GTIDs");
});

test("a moment waits for what can come alone: a server's log, a link, a source that tells of its snapshots", () => {
  const on = (event: Extract<Moment, { event: unknown }>["event"]) => [faults.mysql.rotateBinlogs({ event })];
  expect(refuse({ faults: on({ log: "conect-1", line: /x/ }) })).toThrow(
    "has no conect-1, which is asked for: a moment on the first line /x/ of conect-1",
  );
  const commit = on({ link: "sink->catalog", on: { kind: "commit" } });
  expect(refuse({ faults: commit })).not.toThrow();
  expect(refuse({ faults: commit, pipeline: { catalog: "hadoop" } })).toThrow("has no sink->catalog");
  const chunk = on({ snapshot: "incremental", says: "in-progress" });
  expect(refuse({ faults: chunk })).toThrow("hears no signals and tells of no snapshot");
  expect(refuse({ faults: chunk, pipeline: { signals: true } })).not.toThrow();
  const inside = [faults.whileRunning({ fault: faults.pause("mysql", when), strike: commit })];
  expect(refuse({ faults: inside, pipeline: { catalog: "hadoop" } })).toThrow("has no sink->catalog");
  const change = { when: { event: { log: "nobody", line: /x/ } }, sql: "SELECT 1" };
  expect(refuse({ schemaChanges: [change] })).toThrow("has no nobody");
});

test("a proxy stands in the link of a request that a moment waits for, and nobody else is on that stack", () => {
  const event = { link: "sink->object-store", on: { kind: "get" } } as const;
  const snapshot = faults.debezium.snapshot({ tables: ["titles"], type: "incremental" });
  expect(needsStackAlone({ ...small, faults: [snapshot] })).toBe(false);
  const awaited = { ...small, faults: [{ ...snapshot, when: { event } }] };
  expect([...proxiedLinks(awaited)]).toEqual(["sink->object-store"]);
  expect(needsStackAlone(awaited)).toBe(true);
  const meanwhile = faults.whileRunning({ fault: faults.pause("mysql", when), strike: awaited.faults });
  expect([...proxiedLinks({ ...small, faults: [meanwhile] })]).toEqual(["sink->object-store"]);
});
