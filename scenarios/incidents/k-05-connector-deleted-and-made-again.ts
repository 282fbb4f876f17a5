import { accounts, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "Both connectors are deleted and made again under their names, as one does to begin anew (kafka-connect-jdbc#1086, #849). By design they go on from where they were: Connect keeps the source's offsets, Kafka the sink's group. No new snapshot, nothing lost, nothing twice. To begin anew, a stopped connector's offsets are to be deleted first (KIP-875).",
  tags: ["incident"],
  incident: {
    reported: ["confluentinc/kafka-connect-jdbc#1086", "confluentinc/kafka-connect-jdbc#849"],
    shows: "connectors made again under their names go on from where they were",
  },
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  faults: [
    faults.connect.deleteAndRecreate({ connector: "source", when: { afterOperations: 50 } }),
    faults.connect.deleteAndRecreate({ connector: "sink", when: { afterOperations: 200 } }),
  ],
  expect: { lost: 0, duplicates: 0 },
});
