import { expect, test } from "vitest";
import type { Plan, Strike } from "#explore/plan.ts";
import { shrink, smaller } from "#explore/shrink.ts";
import { faults } from "#run/faults.ts";

const strikeOn = (on: string, afterOperations: number): Strike => ({
  fault: faults.kill(on, { afterOperations }),
  text: `faults.kill("${on}")`,
  on: [on],
  afterOperations,
});
const large: Plan = {
  seed: 7,
  workload: { writers: 3, operationsPerSecond: 100, until: { operations: 400 } },
  strikes: [strikeOn("mysql", 60), strikeOn("kafka-1", 100), strikeOn("catalog", 150)],
};
const never = () => false;
const names = ({ strikes }: Plan) => strikes.flatMap(({ on }) => on);

test("a plan that fails without any fault ends with none, one writer, and few changes", async () => {
  const smallest = await shrink({ plan: large, fails: async () => true, over: never });
  expect(smallest).toEqual({
    ...large,
    strikes: [],
    workload: { ...large.workload, writers: 1, until: { operations: 20 } },
  });
});

test("the one fault that matters stays, and changes enough for it to strike", async () => {
  const fails = async (plan: Plan) => names(plan).includes("kafka-1");
  const smallest = await shrink({ plan: large, fails, over: never });
  expect(names(smallest)).toEqual(["kafka-1"]);
  expect(smallest.workload.until.operations).toBe(120);
});

test("two faults that only fail together stay together", async () => {
  const fails = async (plan: Plan) => ["mysql", "catalog"].every((on) => names(plan).includes(on));
  expect(names(await shrink({ plan: large, fails, over: never }))).toEqual(["mysql", "catalog"]);
});

test("what fails in no smaller form is kept as it is, and a used-up budget ends the search", async () => {
  expect(await shrink({ plan: large, fails: async () => false, over: never })).toBe(large);
  expect(await shrink({ plan: large, fails: async () => true, over: () => true })).toBe(large);
});

test("nothing is smaller than one writer with few changes and no fault", () => {
  const least = { seed: 7, strikes: [], workload: { writers: 1, until: { operations: 20 } } };
  expect(smaller(least)).toEqual([]);
});
