import { accounts, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "The schema-history topic is gone, and the connector is started with snapshot.mode=recovery: it reads the schema from the tables as they are and goes on where it was. Right as long as no table changed in between.",
  tags: ["incident"],
  incident: {
    reported: ["debezium/dbz#2447"],
    shows: "snapshot.mode=recovery reads the schema anew: nothing lost, nothing twice",
  },
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  faults: [
    faults.connect.whileStopped({
      connector: "source",
      when: { afterOperations: 100 },
      strike: [
        faults.connect.changeConfig({
          connector: "source",
          settings: {
            "schema.history.internal.kafka.topic": "${floe:pipeline.schema-history-topic}.gone",
            "snapshot.mode": "recovery",
          },
        }),
      ],
    }),
  ],
  expect: { lost: 0, duplicates: 0 },
});
