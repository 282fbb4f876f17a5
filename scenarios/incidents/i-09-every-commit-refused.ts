import { defineScenario, employees, faults, mixed } from "floe";

// One try, and four more: commit.retry.num-retries.
const tries = 5;

export default defineScenario({
  story:
    "Another writer commits to a table so often that every commit of the sink is refused, the first and its four retries (apache/iceberg#15878).",
  tags: ["incident"],
  source: employees({ employees: 200 }),
  workload: mixed({ writers: 2, operationsPerSecond: 50, seconds: 10 }),
  faults: [
    faults.http("sink->catalog", {
      afterOperations: 60,
      on: { kind: "commit", table: "salaries", times: tries },
      do: { answer: { status: 409 } },
    }),
  ],
});
