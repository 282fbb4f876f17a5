import { defineScenario, employees, faults, mixed } from "floe";

export default defineScenario({
  story:
    "The Connect worker dies between writing records and flushing its offsets, in the middle of a stream of changes. Nothing may be lost, and exactly-once source support leaves no copies.",
  source: employees(),
  workload: mixed({ writers: 2, operationsPerSecond: 200, seconds: 10 }),
  // Not before the snapshot is in the lake: what the sink had yet to store of it would count as time to recover.
  faults: [
    faults.kill("connect-1", { event: { rowsIn: "lake", reach: 13_000 }, afterOperations: 500, restartAfterMs: 0 }),
  ],
  expect: { lost: 0, duplicates: 0, recoverWithinMs: 15_000 },
});
