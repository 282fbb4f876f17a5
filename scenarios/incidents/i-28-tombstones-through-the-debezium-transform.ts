import { defineScenario, employees, mixed } from "floe";

export default defineScenario({
  story: "x",
  tags: ["incident"],
  source: employees({ employees: 100 }),
  workload: mixed({ writers: 1, operations: 200 }),
  pipeline: { source: { "tombstones.on.delete": "true" } },
  expect: { lost: 0, duplicates: 0 },
});
