import { accounts, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story: "x",
  tags: ["incident"],
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  faults: [faults.connect.twin({ connector: "source", when: { afterOperations: 50 } })],
  expect: { lost: 0, duplicates: 0 },
});
