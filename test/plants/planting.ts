import { expect } from "vitest";
import type { Anomaly } from "#core/verdict.ts";
import { accounts } from "#fixtures/accounts/accounts.ts";
import { employees } from "#fixtures/employees/employees.ts";
import { mixed } from "#fixtures/workloads.ts";
import type { FaultContext } from "#run/context.ts";
import type { Fault } from "#run/fault.ts";
import { unhealed } from "#run/faults/parts.ts";
import { faults } from "#run/faults.ts";
import type { Moment } from "#run/moments.ts";
import { defineScenario, type Scenario, type ScenarioDefinition } from "#run/scenario.ts";
import { StackPool } from "#run/stack-pool.ts";
import { account, runMade, type Told } from "../pipeline/running.ts";

const base = {
  story: "A defect is planted, and has to be found: its class, its key and its hop.",
  source: employees({ employees: 100 }),
  workload: mixed({ writers: 1, operations: 40 }),
};

export function made(scenario: Partial<ScenarioDefinition>): Scenario {
  return defineScenario({ ...base, ...scenario });
}

/** Accounts, whose rows are few and whose changes come slowly enough for several faults. */
export const bank = { source: accounts(), workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 240 }) };

/** Stacks that all plants of a file share: each run has topics, tables and connectors of its own. */
export function sharedStack() {
  const pool = new StackPool();
  return {
    run: (scenario: Partial<ScenarioDefinition>) => runMade(made(scenario), { pool }),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

export function plant(
  label: string,
  inject: (context: FaultContext) => Promise<void>,
  when: Moment = { afterOperations: 15 },
): Fault {
  return {
    label,
    when,
    ownPipeline: true,
    inject: async (context) => {
      await inject(context);
      return unhealed("planted");
    },
  };
}

export const whenSettled: Moment = { whenSettled: true };

/** Expects a red verdict with an anomaly like this one. */
export function expectFound(told: Told, wanted: Partial<Anomaly>): void {
  expect(told.verdict.verdict, account(told)).toBe("invalid");
  const found = told.verdict.checks.flatMap(({ anomalies }) => anomalies);
  expect(found, account(told)).toContainEqual(expect.objectContaining(wanted));
}

/** Expects the marks of these faults, and no other's. */
export function expectMarks({ events, ...told }: Told, struck: readonly Fault[]): void {
  const proved = events.filter((event) => event.type === "fault" && event.state === "proved");
  const labels = proved.map((event) => (event.type === "fault" ? event.label : ""));
  expect(labels.toSorted(), account({ events, ...told })).toEqual(struck.map(({ label }) => label).toSorted());
}

export function expectValid(told: Told): void {
  expect(told.verdict.verdict, account(told)).toBe("valid");
}

/** Statements in the run's schema, without a trace in the binlog. */
export async function behindTheBinlog(context: FaultContext, ...statements: string[]): Promise<void> {
  await faults.mysql.behindTheBinlog({ statements }).inject(context);
}

/** Keys of the bucket's data files of a table. */
export async function dataFiles({ clients, pipeline }: FaultContext, table: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of clients.objectStore.list(`warehouse/${pipeline.spec.names.namespace}/${table}/data/`))
    keys.push(key);
  return keys;
}
