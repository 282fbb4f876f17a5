import { defineScenario, employees, faults, mixed } from "floe";

export default defineScenario({
  story:
    "Somebody drops a table of the lake and makes it again, with its rows, between the sink's announcement of a data file and its commit (apache/iceberg#18012, #14979: the file is discarded and the offsets move on). Seen here on 1.12.0: the commit is made for a table of another id, the catalog refuses it, the coordinator ends and the task is FAILED until somebody restarts it.",
  tags: ["incident"],
  source: employees({ employees: 200 }),
  workload: mixed({ writers: 2, operationsPerSecond: 50, seconds: 8 }),
  faults: [
    faults.hold(
      "sink->catalog",
      { afterOperations: 60, on: { kind: "commit", table: "salaries" } },
      faults.lake.makeTableAgain({ when: { atMs: 0 }, table: "salaries" }),
    ),
  ],
  expect: { failure: { connector: "sink", message: /Coordinator unexpectedly terminated/ } },
});
