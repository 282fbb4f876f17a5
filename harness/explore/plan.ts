import type { Workload } from "#core/workload.ts";
import type { Fault } from "#run/fault.ts";
import { defineScenario, type Scenario } from "#run/scenario.ts";

/** A fault as a plan has it: to be run, and to be written into a scenario file. */
export interface Strike {
  readonly fault: Fault;
  /** The call that makes it: `faults.kill("mysql", { afterOperations: 120 })`. */
  readonly text: string;
  /** What it lays hands on, and what has to be there for it to bite: a plan strikes each once at most. */
  readonly on: readonly string[];
  /** Row changes that have to be acknowledged before it comes. */
  readonly afterOperations: number;
}

/** One thing to try: a scenario's own story, with a workload and faults that were drawn. Data. */
export interface Plan {
  /** Of the run: data, writers and the proxies' choices come from it. */
  readonly seed: number;
  readonly workload: Workload;
  readonly strikes: readonly Strike[];
}

/** The scenario that a plan makes of the one it stands on. */
export function scenarioOf(base: Scenario, { workload, strikes }: Plan): Scenario {
  return defineScenario({
    ...base,
    workload,
    faults: [...(base.faults ?? []), ...strikes.map(({ fault }) => fault)],
  });
}

/** `212 operations by 2 writers; kill mysql after 120 operations`. */
export function planText({ workload, strikes }: Plan): string {
  const { writers, until } = workload;
  const told = `${until.operations ?? "?"} operations by ${writers} ${writers === 1 ? "writer" : "writers"}`;
  return [told, ...strikes.map(({ fault }) => fault.label)].join("; ");
}
