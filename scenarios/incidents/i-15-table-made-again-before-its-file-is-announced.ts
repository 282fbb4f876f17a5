import { checks, defineScenario, employees, faults, mixed } from "floe";

export default defineScenario({
  story:
    "Somebody drops a table of the lake and makes it again, with its rows, when a task has written a file for it and has yet to say so (apache/iceberg#18012, #14979). The coordinator meets a table of another id, writes a warning, discards the file and moves the offsets on: the rows are lost, and all stays RUNNING. As reported, on 1.11.0 and 1.12.0.",
  tags: ["incident"],
  incident: {
    reported: ["apache/iceberg#18012", "apache/iceberg#14979", "apache/iceberg#15011"],
    shows:
      "a table is made again between a file and its announcement: the file is discarded with a warning, its rows are lost",
    alsoOn: [{ iceberg: "1.11.0" }],
  },
  source: employees({ employees: 200 }),
  workload: mixed({ writers: 2, operationsPerSecond: 50, seconds: 10 }),
  faults: [
    faults.hold(
      "sink->object-store",
      {
        event: { control: "commit-to-table", table: "salaries" },
        on: { kind: "put-data-file", table: "salaries" },
        after: true,
      },
      faults.lake.makeTableAgain({ when: { atMs: 0 }, table: "salaries" }),
    ),
  ],
  // Not currentState(): which rows are old now depends on what was in the file.
  checks: [checks.changelog(), checks.files(), checks.positions()],
  known: [
    { issue: "apache/iceberg#18012", when: { iceberg: "<=1.12.0" }, anomaly: "lost" },
    { issue: "apache/iceberg#18012", when: { iceberg: "<=1.12.0" }, anomaly: "orphan-file" },
  ],
});
