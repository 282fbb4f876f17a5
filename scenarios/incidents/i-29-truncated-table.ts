import { accounts, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "A table is truncated. Debezium skips truncations unless told otherwise, so nothing reaches the topic: every row of the table stays alive in the lake, while the pipeline is well by every other sign.",
  tags: ["incident"],
  incident: {
    reported: [],
    shows: "TRUNCATE is skipped by default: the rows stay in the lake",
  },
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  faults: [faults.mysql.truncate({ table: "branches", when: { afterOperations: 100 } })],
  expect: { lost: 0, duplicates: 0, resurrected: { equals: "truncated" } },
});
