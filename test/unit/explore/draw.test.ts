import { expect, test } from "vitest";
import { choices } from "#explore/choices.ts";
import { drawPlan } from "#explore/draw.ts";
import { planText, scenarioOf } from "#explore/plan.ts";
import { employees } from "#fixtures/employees/employees.ts";
import { mixed } from "#fixtures/workloads.ts";
import { faults } from "#run/faults.ts";
import { defineScenario } from "#run/scenario.ts";

const base = defineScenario({
  story: "A few people.",
  source: employees({ employees: 5 }),
  workload: mixed({ operations: 10 }),
  faults: [faults.mysql.rotateBinlogs({ atMs: 0 })],
  expect: { lost: 0 },
});
const plans = Array.from({ length: 600 }, (_, number) => drawPlan({ base, seed: 7, number }));

test("a plan comes from the seed and its number", () => {
  const again = drawPlan({ base, seed: 7, number: 3 });
  expect(planText(again)).toBe(planText(plans[3] ?? again));
  expect(planText(drawPlan({ base, seed: 8, number: 3 }))).not.toBe(planText(again));
  expect(new Set(plans.map(({ seed }) => seed)).size).toBeGreaterThan(590);
});

test("faults strike in the order in which they come, each on something else, while there is enough to meet", () => {
  for (const { strikes, workload } of plans) {
    const moments = strikes.map(({ afterOperations }) => afterOperations);
    expect(moments).toEqual(moments.toSorted((left, right) => left - right));
    const on = strikes.flatMap((strike) => strike.on);
    expect(new Set(on).size).toBe(on.length);
    expect(Math.max(20, ...moments)).toBeLessThan(workload.until.operations ?? 0);
  }
});

test("a fault that bites whenever it comes may come at any step of the sink's, and what needs rows comes among them", () => {
  const strikes = plans.flatMap((plan) => plan.strikes);
  const steps = (label: RegExp) =>
    new Set(
      strikes
        .filter(({ fault }) => label.test(fault.label))
        .map(({ fault: { when } }) => ("event" in when && "control" in when.event ? when.event.control : undefined)),
    );
  const sink = ["start-commit", "data-written", "data-complete", "commit-to-table", "commit-complete"];
  expect(steps(/^(kill|cut|pause) /)).toEqual(new Set([undefined, ...sink]));
  expect(steps(/^(answer|forward|NOT_COORDINATOR|commit to) /)).toEqual(new Set([undefined]));
});

test("everything that can be drawn is drawn, and nothing that the stack does not have", () => {
  const kinds = (strikes: readonly { on: readonly string[] }[]) => new Set(strikes.map(({ on }) => on.join(" ")));
  expect(kinds(plans.flatMap(({ strikes }) => strikes))).toEqual(kinds(choices(base)));

  const hadoop = choices(
    defineScenario({ ...base, pipeline: { catalog: "hadoop" }, stack: { brokers: 3, workers: 2 } }),
  );
  const there = new Set(hadoop.flatMap(({ on }) => on));
  expect([...there].filter((on) => on.includes("catalog"))).toEqual([]);
  expect(there).toContain("kafka-3");
  expect(there).toContain("connect-2");
});

test("a plan's scenario keeps what it stands on", () => {
  const plan = plans.find(({ strikes }) => strikes.length === 2);
  if (plan === undefined) throw new Error("no plan has two faults");
  const scenario = scenarioOf(base, plan);
  expect(scenario.expect).toEqual(base.expect);
  expect(scenario.workload).toEqual(plan.workload);
  expect(scenario.faults?.map(({ label }) => label)).toEqual([
    "rotate the binlogs at 0 ms",
    ...plan.strikes.map(({ fault }) => fault.label),
  ]);
});
