import { checks, defineScenario, employees, faults, mixed } from "floe";

// One try, and four more: commit.retry.num-retries.
const tries = 5;

export default defineScenario({
  story:
    "Another writer commits to a table so often that the sink's commit is refused, the first time and all four retries (apache/iceberg#15878: RUNNING, offsets advance, and everything is dropped from then on). Seen here: 1.11.0 gives that commit up, makes it in its next cycle, and loses nothing; 1.12.0 ends the coordinator, and the task is FAILED until somebody restarts it, with all tables behind.",
  tags: ["incident"],
  incident: {
    reported: ["apache/iceberg#15878"],
    shows: "another writer has a commit refused, and its four retries: 1.11.0 loses nothing, 1.12.0 ends the task",
    alsoOn: [{ iceberg: "1.11.0" }],
  },
  source: employees({ employees: 200 }),
  workload: mixed({ writers: 2, operationsPerSecond: 50, seconds: 10 }),
  faults: [
    faults.http("sink->catalog", {
      event: { control: "commit-to-table", table: "salaries" },
      on: { kind: "commit", table: "salaries", times: tries },
      do: { answer: { status: 409 } },
    }),
  ],
  // Not files(): what the coordinator had in hand when it ended is in the bucket already.
  checks: [checks.changelog(), checks.positions()],
  known: [
    {
      issue: "apache/iceberg#15878",
      when: { iceberg: ">=1.12.0" },
      anomaly: "lost",
      failure: { connector: "sink", message: /Coordinator unexpectedly terminated/ },
    },
  ],
});
