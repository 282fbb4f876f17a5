import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { explore, type Step } from "#explore/explore.ts";
import { employees } from "#fixtures/employees/employees.ts";
import { mixed } from "#fixtures/workloads.ts";
import { faults } from "#run/faults.ts";
import { runScenario } from "#run/runner.ts";
import { defineScenario } from "#run/scenario.ts";
import { requestOf } from "./running.ts";

// The defect: somebody deletes one row of the lake in 500, whatever else happens.
const robbed = defineScenario({
  story: "A stranger robs the lake.",
  source: employees({ employees: 300 }),
  workload: mixed({ operations: 100 }),
  faults: [
    faults.lake.write({
      when: { whenSettled: true },
      table: "salaries",
      sql: ["DELETE FROM {table} WHERE hash(emp_no, from_date) % 500 = 0"],
    }),
  ],
});

test("a search finds a planted defect, and shrinks it to a plan with no fault in it", async () => {
  const steps: Step[] = [];
  const tried = () => steps.filter(({ step }) => step === "tried").length;
  const { verdicts, smallest } = await explore({
    request: requestOf({ file: { name: "test/robbed", path: join(tmpdir(), "robbed.ts") }, scenario: robbed }),
    seed: 9,
    // The leaving out of faults comes first; the rest of the shrinking is the unit tests'.
    budget: { totalMs: 1, remainingMs: () => (tried() < 3 ? 1 : 0) },
    plans: 5,
    out: mkdtempSync(join(tmpdir(), "floe-explored-")),
    run: (request) => runScenario({ ...request, listen: () => undefined }),
    tell: (step) => steps.push(step),
  });

  const first = steps.find(({ step }) => step === "drawn");
  const found = steps.find(({ step }) => step === "found");
  expect(verdicts, JSON.stringify(steps.map((step) => ("tried" in step ? step.tried.verdict : step)))).toEqual([
    "invalid",
  ]);
  expect(first?.step === "drawn" && first.plan.strikes.length).toBeGreaterThan(0);
  expect(found?.step === "found" && found.plan.strikes).toEqual([]);
  expect(found?.step === "found" && found.found).toMatch(/lost at /);
  expect(readFileSync(smallest?.path ?? "", "utf8")).toContain('import base from "');
});
