import { checks, defineScenario, employees, faults, mixed } from "floe";

export default defineScenario({
  story:
    "Somebody drops a table of the lake and makes it again, with its rows, while the sink's commit to it is on its way. The commit is for a table of another id, and the catalog refuses it. 1.11.0 tries again in its next cycle, meets a table of another id, discards the file with a warning and moves the offsets on: its rows are lost, and all stays RUNNING. On 1.12.0 the coordinator ends, and the task is FAILED until somebody restarts it.",
  tags: ["incident"],
  incident: {
    reported: ["apache/iceberg#18012"],
    shows:
      "a table is made again while a commit to it stands: 1.11.0 loses the commit's rows with a warning, 1.12.0 ends the task",
    alsoOn: [{ iceberg: "1.11.0" }],
  },
  source: employees({ employees: 200 }),
  workload: mixed({ writers: 2, operationsPerSecond: 50, seconds: 10 }),
  faults: [
    faults.hold(
      "sink->catalog",
      {
        event: { control: "commit-to-table", table: "salaries" },
        on: { kind: "commit", table: "salaries" },
      },
      faults.lake.makeTableAgain({ when: { atMs: 0 }, table: "salaries" }),
    ),
  ],
  checks: [checks.changelog(), checks.positions()],
  known: [
    { issue: "apache/iceberg#18012", when: { iceberg: "<=1.11.0" }, anomaly: "lost" },
    {
      issue: "apache/iceberg#18012",
      when: { iceberg: ">=1.12.0" },
      anomaly: "lost",
      failure: { connector: "sink", message: /Coordinator unexpectedly terminated/ },
    },
  ],
});
