import { defineScenario, employees, mixed } from "floe";

export default defineScenario({
  story:
    "The sample database in its full size, 3,919,015 rows, goes through the pipeline, and every row of it is compared. Changes follow once the snapshot has passed.",
  tags: ["slow"],
  source: employees({ size: "full" }),
  workload: mixed({ writers: 2, operations: 2_000 }),
  stack: { workerHeapMb: 2_048 },
  expect: { lost: 0, duplicates: 0 },
  settleWithinMs: 900_000,
});
