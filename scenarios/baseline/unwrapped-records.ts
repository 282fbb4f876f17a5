import { defineScenario, employees, mixed } from "floe";

export default defineScenario({
  story:
    "Records are unwrapped on their way to the sink, with deletes rewritten to rows that say so: the shape that most guides recommend.",
  source: employees(),
  workload: mixed({ writers: 2, operations: 300 }),
  pipeline: { shape: "unwrapped-rewrite" },
  expect: { lost: 0, duplicates: 0 },
});
