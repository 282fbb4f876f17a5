import { defineScenario, employees, mixed } from "floe";

export default defineScenario({
  story:
    "Records are unwrapped and deletes dropped, as ExtractNewRecordState does unless told otherwise: the lake keeps the last state of rows that MySQL no longer has. What this shape cannot tell is not asked; everything else is.",
  source: employees(),
  workload: mixed({ writers: 2, operations: 300 }),
  pipeline: { shape: "unwrapped" },
  expect: { lost: 0, duplicates: 0 },
});
