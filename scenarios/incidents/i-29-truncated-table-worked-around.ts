import { accounts, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story: "x",
  tags: ["incident"],
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  pipeline: { source: { "skipped.operations": "none" } },
  faults: [faults.mysql.truncate({ table: "branches", when: { afterOperations: 100 } })],
  expect: { lost: 0, duplicates: 0 },
});
