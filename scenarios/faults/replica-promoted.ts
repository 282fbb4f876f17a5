import { defineScenario, employees, faults, mixed } from "floe";

export default defineScenario({
  story:
    "The primary is taken away in the middle of the stream, and its standby takes over its address. The connector finds its place there by its GTIDs, when it connects again and when it is restarted: nothing is lost, nothing comes twice.",
  source: employees(),
  workload: mixed({ writers: 2, operationsPerSecond: 100, operations: 800 }),
  // Upstream looks once a minute whether its connection is still there: docs/cases.md.
  pipeline: { source: { "connect.keep.alive.interval.ms": "1000" } },
  stack: { replica: "standby" },
  faults: [
    faults.mysql.promoteReplica({ when: { afterOperations: 300 } }),
    faults.connect.restart({ connector: "source", when: { afterOperations: 600 } }),
  ],
  expect: { lost: 0, duplicates: 0 },
});
