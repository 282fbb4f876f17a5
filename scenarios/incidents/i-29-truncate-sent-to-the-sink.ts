import { accounts, checks, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "What looks like the remedy for TRUNCATE, skipped.operations=none: the source sends a record of operation t, which has neither key nor row. Run here on Iceberg 1.12.0: DebeziumTransform throws a NullPointerException on it, and the sink stands still for good. The default, which leaves the rows, is the lesser evil.",
  tags: ["incident"],
  incident: {
    reported: [],
    shows: "skipped.operations=none is no remedy for TRUNCATE: its record ends the sink with a NullPointerException",
  },
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  pipeline: { source: { "skipped.operations": "none" } },
  faults: [faults.mysql.truncate({ table: "branches", when: { afterOperations: 100 } })],
  checks: [checks.changelog(), checks.positions()],
  expect: {
    lost: { equals: "behind" },
    failure: { connector: "sink", message: /"payload" is null/ },
  },
});
