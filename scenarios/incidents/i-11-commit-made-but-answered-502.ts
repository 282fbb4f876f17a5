import { defineScenario, employees, faults, mixed } from "floe";

export default defineScenario({
  story:
    "The catalog makes a commit and a gateway in front of it answers 502, so the sink cannot know whether its files are in the table. Measured: Iceberg 1.11.0 and 1.12.0 read the table again, find their snapshot and go on; 1.10.1 gives the commit up, tries again in its next cycle, and the offsets in the snapshot keep the files from being appended twice.",
  tags: ["incident"],
  incident: {
    reported: ["apache/iceberg#16237", "redpanda-data/connect#4591", "duckdb/duckdb-iceberg#1120"],
    shows: "a commit is made and answered 502: no file is appended twice",
    alsoOn: [{ iceberg: "1.11.0" }, { iceberg: "1.10.1" }],
  },
  source: employees(),
  workload: mixed({ writers: 2, operationsPerSecond: 200, seconds: 10 }),
  faults: [
    faults.http("sink->catalog", {
      afterOperations: 400,
      on: { kind: "commit", nth: 1 },
      do: { forwardThenAnswer: { status: 502 } },
    }),
  ],
  expect: { lost: 0, duplicates: 0 },
});
