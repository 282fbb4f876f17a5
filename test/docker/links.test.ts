import { expect, test } from "vitest";
import { employees } from "#fixtures/employees/employees.ts";
import { mixed } from "#fixtures/workloads.ts";
import { faults } from "#run/faults.ts";
import { defineScenario } from "#run/scenario.ts";
import { connectEngine } from "#runtime/docker/engine.ts";
import { proxyAddress } from "#runtime/docker/runtime.ts";
import { account, runMade } from "../pipeline/running.ts";

test("links between containers run through the proxies of the harness, and break there", async () => {
  const told = await runMade(
    defineScenario({
      story: "The sink loses its brokers for a moment, and the database answers Debezium late.",
      source: employees({ employees: 100 }),
      workload: mixed({ writers: 1, operationsPerSecond: 50, seconds: 6 }),
      faults: [
        faults.cut("sink->kafka", { atMs: 1_000, forMs: 500 }),
        faults.delay("debezium->mysql", { atMs: 2_500, ms: 50, forMs: 2_000 }),
      ],
    }),
  );
  expect(told.verdict.verdict, account(told)).toBe("valid");
  const proved = told.events.filter((event) => event.type === "fault" && event.state === "proved");
  expect(proved).toHaveLength(2);
});

test("an engine elsewhere has no way to a proxy here: that is told before anything starts", async () => {
  const engine = { ...(await connectEngine()), host: "engine.example", proxyHost: undefined };
  await expect(proxyAddress(engine)).rejects.toMatchObject({
    code: "LINK_FAULTS_NEED_LOCAL_ENGINE",
    blame: "usage",
    message: expect.stringContaining("engine.example"),
  });
});
