import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import { employees } from "#fixtures/employees/employees.ts";
import { mixed } from "#fixtures/workloads.ts";
import { faults } from "#run/faults.ts";
import { defineScenario } from "#run/scenario.ts";
import { StackPool } from "#run/stack-pool.ts";
import { notedProcesses } from "#runtime/stack-folder.ts";
import { listStacks } from "#runtime/stacks.ts";
import { account, runMade } from "./running.ts";

const folder = mkdtempSync(join(tmpdir(), "floe-several-"));

/** Writes a tiny scenario and gives its path. */
function made(name: string, pipeline: object): string {
  const file = join(folder, `${name}.ts`);
  const text = `import { defineScenario as define, employees, mixed } from "floe";
const few = { story: "A few people.", source: employees({ employees: 50 }), workload: mixed({ operations: 10 }) };
const scenario = define({ ...few, pipeline: ${JSON.stringify(pipeline)} });
export { scenario as default };
`;
  writeFileSync(file, text);
  return file;
}

/** Whether a process has this id, be it a zombie. */
function isTaken(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("of several scenarios each is run, whatever the one before it came to, and a table tells of all", () => {
  const files = [
    made("unreachable", { sink: { "iceberg.catalog.uri": "http://127.0.0.1:1" } }),
    made("rejected", { source: { "snapshot.mode": "bogus" } }),
    made("fine", {}),
  ];
  const { status, stdout, stderr } = spawnSync(
    "./floe",
    ["scenario", ...files, "--jobs", "2", "--runs", join(folder, "runs")],
    {
      encoding: "utf8",
      env: { ...process.env, FLOE_STATE: join(folder, "state") },
    },
  );
  const lines = stdout.split("\n");
  expect(stderr).toBe("");
  const begun = lines.filter((line) => /^\d of 3: /.test(line));
  expect(begun).toEqual(["1 of 3: own/unreachable", "2 of 3: own/rejected", "3 of 3: own/fine"]);
  expect(stdout).toMatch(/1 done; running: .*; 2 left, about \d+ s/);
  const table = lines.slice(lines.findLastIndex((line) => line === "") - 6).join("\n");
  expect(table).toMatch(/\? unknown +[\d.]+ s {2}own\/unreachable\n +\S+runs\/own\/unreachable\/\S+/);
  expect(table).toMatch(/\? unknown +[\d.]+ s {2}own\/rejected\n +Connect rejects the configuration/);
  expect(table).toMatch(/✓ valid +[\d.]+ s {2}own\/fine\n2 unknown, 1 valid/);
  // The rejected one is wrong usage, which weighs more than a broken environment.
  expect(status).toBe(2);
});

test("runs of one pool share a stack; one that wants it alone gets another, as does the next when it is unwell", async () => {
  const stateDir = join(folder, "shared");
  await using pool = new StackPool();
  const few = defineScenario({
    story: "A few people.",
    source: employees({ employees: 50 }),
    workload: mixed({ writers: 1, operations: 10 }),
  });
  const stacks = async () => (await listStacks({ stateDir })).map(({ record }) => record.stackId);

  const both = await Promise.all([1, 2].map((seed) => runMade(few, { stateDir, pool, seed })));
  for (const told of both) expect(told.verdict.verdict, account(told)).toBe("valid");
  const [first] = await stacks();
  expect(await stacks()).toEqual([first]);
  for (const { folder } of both) expect(readdirSync(join(folder, "logs"))).toContain("connect-1.log");

  const broker = notedProcesses(join(stateDir, first ?? "")).findLast(({ server }) => server === "kafka-1");
  if (broker === undefined) throw new Error("the shared stack has no broker");
  process.kill(broker.pid, "SIGKILL");
  // A killed JVM is a zombie while its last threads end; only when its id is free has this process heard of its end.
  await poll({
    what: "the broker to be gone",
    deadline: deadlineIn(10_000),
    look: async () => (isTaken(broker.pid) ? notYet("its id is still taken") : seen(undefined)),
  });
  const alone = defineScenario({ ...few, faults: [faults.mysql.rotateBinlogs({ afterOperations: 5 })] });
  const apart = await Promise.all([few, alone].map((scenario) => runMade(scenario, { stateDir, pool })));
  for (const told of apart) expect(told.verdict.verdict, account(told)).toBe("valid");
  const now = await stacks();
  expect(now).toHaveLength(2);
  expect(now).not.toContain(first);

  const unreachable = { sink: { "iceberg.catalog.uri": "http://127.0.0.1:1" } };
  const unwell = await runMade(defineScenario({ ...alone, pipeline: unreachable }), { stateDir, pool });
  expect(unwell.verdict.verdict, account(unwell)).toBe("unknown");
  const left = await stacks();
  expect(left, "one of the two was used, was given up, and ended with its last run").toHaveLength(1);
  expect(now).toContain(left[0]);
});

test("on a matrix of versions each run has a name of its own, and what cannot go together is told and not run", () => {
  const junit = join(folder, "junit.xml");
  const matrix = ["--matrix", "iceberg=1.7.1,1.11.0", "--json", "--junit", junit];
  const { status, stdout, stderr } = spawnSync(
    "./floe",
    ["scenario", made("small", {}), ...matrix, "--runs", join(folder, "runs")],
    { encoding: "utf8", env: { ...process.env, FLOE_STATE: join(folder, "state") } },
  );
  expect(stderr).toBe("");
  const told: unknown = JSON.parse(stdout);
  const clash = "VERSIONS_CLASH: Iceberg 1.7.1 cannot be used";
  expect(told).toMatchObject([
    { name: "own/small [iceberg=1.7.1]", verdict: "unknown", error: expect.arrayContaining([clash]) },
    { name: "own/small [iceberg=1.11.0]", verdict: "valid", versions: { iceberg: "1.11.0" } },
  ]);
  const suites = [...readFileSync(junit, "utf8").matchAll(/<testsuite name="([^"]+)"/g)].map(([, name]) => name);
  expect(suites).toEqual(["own/small [iceberg=1.11.0]"]);
  expect(status).toBe(2);
});
