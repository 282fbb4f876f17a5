import { defineScenario, employees, faults, mixed } from "floe";

export default defineScenario({
  story:
    "The Connect worker dies between writing records and flushing its offsets, in the middle of a stream of changes. Nothing may be lost, and exactly-once source support leaves no copies.",
  source: employees(),
  workload: mixed({ writers: 2, operationsPerSecond: 200, seconds: 10 }),
  faults: [faults.kill("connect-1", { afterOperations: 500, restartAfterMs: 0 })],
  expect: { lost: 0, duplicates: 0, recoverWithinMs: 15_000 },
});
