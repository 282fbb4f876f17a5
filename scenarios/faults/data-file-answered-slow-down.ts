import { defineScenario, employees, faults, mixed } from "floe";

export default defineScenario({
  story:
    "The object store answers 503 SlowDown to the third data file that the sink writes. Measured on Iceberg 1.12.0: its S3 client sends the file again, and nobody notices.",
  source: employees(),
  workload: mixed({ writers: 2, operationsPerSecond: 200, seconds: 10 }),
  faults: [
    faults.http("sink->object-store", {
      afterOperations: 300,
      on: { kind: "put-data-file", nth: 3 },
      do: { answer: { status: 503 } },
    }),
  ],
  expect: { lost: 0, duplicates: 0 },
});
