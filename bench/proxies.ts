import type { LinkName } from "#core/addresses.ts";
import { employees } from "#fixtures/employees/employees.ts";
import { mixed } from "#fixtures/workloads.ts";
import type { Fault } from "#run/fault.ts";
import { defineScenario } from "#run/scenario.ts";
import { type Measured, machine, measureRun } from "./running.ts";

// What proxies cost that only read along: the same snapshot and stream with and without them. node bench/proxies.ts [employees]
const many = Number(process.argv[2] ?? 10_000);
const links: readonly LinkName[] = ["sink->kafka", "debezium->kafka", "sink->catalog", "sink->object-store"];

console.log(machine());
for (const proxied of [[], links, [], links]) {
  const cpu = process.cpuUsage();
  const told = await measureRun(
    defineScenario({
      story: `${many} employees and 20 s of changes, ${proxied.length} links with a proxy.`,
      source: employees({ employees: many }),
      workload: mixed({ writers: 2, operationsPerSecond: 500, seconds: 20 }),
      faults: [readAlong(proxied)],
      checks: [],
    }),
  );
  const { user, system } = process.cpuUsage(cpu);
  const rows = told.verdict.measured?.seededRows ?? 0;
  const snapshotMs = stepMs(told, "snapshot passed");
  console.log(
    `${proxied.length} proxies: ${told.verdict.verdict}, ${rows} rows in ${snapshotMs} ms (${Math.round((rows / snapshotMs) * 1_000)} rows/s), settled in ${Math.round(told.verdict.timings.settleMs)} ms, harness CPU ${((user + system) / 1e6).toFixed(1)} s`,
  );
}
process.exit(0);

function readAlong(proxied: readonly LinkName[]): Fault {
  return {
    label: "read along",
    when: { atMs: 0 },
    links: proxied,
    inject: async () => ({ heal: async () => undefined, proof: async () => "nothing was to be felt" }),
  };
}

function stepMs({ events }: Measured, text: string): number {
  const step = events.find((event) => event.type === "step" && event.text === text);
  return Math.round(step?.type === "step" ? step.ms : Number.NaN);
}
