import { expect, test } from "vitest";
import { defaultParts } from "#artifacts/resolve.ts";
import { employees } from "#fixtures/employees/employees.ts";
import { mixed } from "#fixtures/workloads.ts";
import type { Fault } from "#run/fault.ts";
import { defineScenario } from "#run/scenario.ts";
import { makeOwnPlugin, ownTransform } from "../contract/connect/own-plugin.ts";
import { account, runMade } from "./running.ts";

test("a transform of the user's own that names its classes nowhere is listed, and works in the sink", async () => {
  const { zip } = await makeOwnPlugin({ parts: await defaultParts(), named: false });
  let listed: readonly string[] = [];
  const look: Fault = {
    label: "look at the worker's plugins",
    when: { afterOperations: 10 },
    inject: async ({ clients }) => {
      listed = (await clients.connect.sink.plugins()).map((plugin) => plugin.class);
      return { heal: async () => undefined, proof: async () => "listed" };
    },
  };
  const scenario = defineScenario({
    story: "A transform of the user's own copies a field of each record.",
    source: employees({ employees: 50 }),
    workload: mixed({ writers: 1, operations: 20 }),
    faults: [look],
    pipeline: {
      sink: {
        transforms: "cdc,meta,own",
        "transforms.own.type": ownTransform,
        "transforms.own.source.field": "_cdc",
        "transforms.own.target.field": "_copy",
      },
    },
  });
  const told = await runMade(scenario, { plugin: [zip] });
  expect(told.verdict.verdict, account(told)).toBe("valid");
  expect(listed).toContain(ownTransform);
  expect(told.verdict.rerun).toContain(` --plugin ${zip}`);
});
