import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "#core/random.ts";
import { employees } from "#fixtures/employees/employees.ts";
import { mixed } from "#fixtures/workloads.ts";
import { faults } from "#run/faults.ts";
import { defineScenario } from "#run/scenario.ts";
import { downStack, listStacks } from "#runtime/stacks.ts";
import { type Measured, machine, measureRun } from "./running.ts";

// Runs that nobody planted anything in, each drawn from its number, every second one with a worker killed: a red one is
// either a defect of the servers, which its evidence must show, or a false alarm. node bench/random.ts [runs] [first]
const [runs = 50, first = 1] = process.argv.slice(2).map(Number);
const stateDir = join(mkdtempSync(join(tmpdir(), "floe-random-")), "stacks");

console.log(machine());
const red: Measured[] = [];
for (let number = first; number < first + runs; number++) {
  const scenario = drawn(number);
  const told = await measureRun(scenario, { stateDir, keep: true, seed: number });
  const { verdict } = told;
  if (verdict.verdict !== "valid") red.push(told);
  console.log(
    `${number}: ${verdict.verdict}, ${scenario.story}${verdict.verdict === "valid" ? "" : ` ${told.folder}`}`,
  );
}
for (const { record } of await listStacks({ stateDir })) await downStack({ stateDir, record });
console.log(`${runs - red.length} of ${runs} valid`);
for (const { verdict, folder } of red) {
  console.log(folder, verdict.error?.join(" | ") ?? "");
  for (const { name, note, anomalies } of verdict.checks) {
    if (anomalies.length === 0 && name !== "second-reader") continue;
    console.log(`  ${name}: ${note ?? ""}`);
    for (const each of anomalies) console.log(`    ${each.class} ${each.count} ${each.table} ${each.hop} ${each.key}`);
  }
}
process.exit(red.length === 0 ? 0 : 1);

function drawn(number: number) {
  const random = seededRandom(`random run ${number}`);
  const [partitions, sinkTasks] = random.pick([
    [1, 1],
    [3, 2],
    [3, 1],
  ] as const);
  const shape = random.pick(["debezium-transform", "debezium-transform", "unwrapped-rewrite", "envelope"] as const);
  const operations = random.int(80, 600);
  const writers = random.int(1, 3);
  const killed = number % 2 === 0;
  const when = { afterOperations: random.int(10, 60) };
  const told = `${shape}, ${partitions} partitions, ${sinkTasks} tasks, ${writers} writers, ${operations} operations`;
  return defineScenario({
    story: killed ? `${told}, the worker killed after ${when.afterOperations}` : told,
    source: employees({ employees: random.int(50, 400) }),
    workload: mixed({ writers, operations, operationsPerSecond: 100 }),
    pipeline: { shape, partitions, sinkTasks },
    ...(killed ? { faults: [faults.kill("connect-1", { ...when, restartAfterMs: random.int(0, 2_000) })] } : {}),
  });
}
