import { defineScenario, employees, mixed } from "floe";

export default defineScenario({
  story:
    "The source connector and the sink connector run in Connect clusters of their own, as MSK Connect has no other way: neither end knows that the other's workers exist.",
  source: employees(),
  workload: mixed({ writers: 2, operations: 600 }),
  stack: { topology: "separate" },
  expect: { lost: 0, duplicates: 0 },
});
