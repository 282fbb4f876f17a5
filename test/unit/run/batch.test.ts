import { expect, test } from "vitest";
import { employees } from "#fixtures/employees/employees.ts";
import { mixed } from "#fixtures/workloads.ts";
import { runBatch, type Unheard } from "#run/batch.ts";
import { faults } from "#run/faults.ts";
import { defineScenario, needsStackAlone, type ScenarioDefinition } from "#run/scenario.ts";

const small = { story: "A few people.", source: employees({ employees: 5 }), workload: mixed({ operations: 1 }) };

test("a scenario needs its stack alone when others would feel a fault of it", () => {
  const alone = (...broken: NonNullable<ScenarioDefinition["faults"]>) => needsStackAlone({ ...small, faults: broken });
  const when = { afterOperations: 1 };

  expect(alone()).toBe(false);
  expect(
    alone(faults.lake.rollBackTable({ when, table: "salaries" }), faults.topics.empty({ when, topic: "control" })),
  ).toBe(false);
  expect(alone(faults.kill("mysql", when))).toBe(true);
  expect(alone(faults.cut("sink->catalog", when))).toBe(true);
  expect(alone(faults.mysql.purgeBinlogs(when))).toBe(true);
  const both = [faults.lake.rollBackTable({ when, table: "salaries" }), faults.mysql.purgeBinlogs(when)];
  expect(alone(faults.sequence({ when, faults: both }))).toBe(true);
  expect(alone(faults.sequence({ when, faults: both.slice(0, 1) }))).toBe(false);
});

test("runs that ask for the same servers share a pool of stacks; others have their own; so many run at once", async () => {
  const [a, b] = [asked("a", {}), asked("b", { pipeline: { partitions: 3 } })];
  const brokers = asked("brokers", { stack: { brokers: 3 } });
  const when = { afterOperations: 1 };
  const kills = asked("kills", { faults: [faults.kill("mysql", when)] });
  const cuts = asked("cuts", { faults: [faults.cut("sink->catalog", when)] });
  const delays = asked("delays", { faults: [faults.delay("sink->kafka", { ...when, ms: 1 })] });
  const kept = { ...asked("kept", {}), keep: true };
  const [running, most, given] = [new Set<string>(), [0], new Map<string, Unheard>()];

  const told = await runBatch({
    requests: [a, kills, cuts, brokers, kept, b, delays],
    jobs: 2,
    signal: new AbortController().signal,
    run: async (request) => {
      running.add(request.file.name);
      most.push(running.size);
      given.set(request.file.name, request);
      await new Promise(setImmediate);
      running.delete(request.file.name);
      return request.file.name;
    },
  });

  expect(told).toEqual(["a", "kills", "cuts", "brokers", "kept", "b", "delays"]);
  expect(Math.max(...most)).toBe(2);
  const pools = told.map((name) => given.get(name)?.pool);
  const [plain, , proxied] = pools;
  expect(plain).toBeDefined();
  expect(proxied).toBeDefined();
  expect(proxied).not.toBe(plain);
  expect(pools).toEqual([plain, plain, proxied, undefined, undefined, plain, proxied]);
  expect(given.get("delays")?.proxied).toEqual(new Set(["sink->catalog", "sink->kafka"]));
});

test("a run that has to recover in time goes first, and nothing beside it", async () => {
  const order: string[] = [];
  await runBatch({
    requests: [asked("a", {}), asked("timed", { expect: { recoverWithinMs: 1 } }), asked("b", {})],
    jobs: 2,
    signal: new AbortController().signal,
    run: async ({ file }) => {
      order.push(`${file.name} begins`);
      await new Promise(setImmediate);
      order.push(`${file.name} ends`);
    },
  });

  expect(order.slice(0, 2)).toEqual(["timed begins", "timed ends"]);
  expect(order.slice(2, 4)).toEqual(["a begins", "b begins"]);
});

test("after an interruption nothing more is begun, and what was told is given", async () => {
  const interruption = new AbortController();

  const told = await runBatch({
    requests: [asked("a", {}), asked("b", {})],
    jobs: 1,
    signal: interruption.signal,
    run: async ({ file }) => {
      interruption.abort();
      return file.name;
    },
  });

  expect(told).toEqual(["a"]);
});

function asked(name: string, more: Partial<ScenarioDefinition>): Unheard {
  return {
    file: { name, path: name },
    scenario: defineScenario({ ...small, ...more }),
    seed: 7,
    profile: "fast",
    runtime: "native",
    image: {},
    set: {},
    objectStore: "s3proxy",
    plugin: [],
    keep: false,
    runs: "runs",
    cacheDir: "cache",
    stateDir: "stacks",
    signal: new AbortController().signal,
  };
}
