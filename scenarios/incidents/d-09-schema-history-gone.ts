import { accounts, checks, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "The schema-history topic is gone when the connector starts again: deleted, emptied by retention, or renamed in the configuration, as here (airbyte#32066, dbz#2447). By design the connector fails, as it cannot know what the tables looked like when their rows were written.",
  tags: ["incident"],
  incident: {
    reported: ["airbytehq/airbyte#32066", "debezium/dbz#2447"],
    shows: "the schema-history topic is gone: the source fails at its next start",
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
          settings: { "schema.history.internal.kafka.topic": "${floe:pipeline.schema-history-topic}.gone" },
        }),
      ],
    }),
  ],
  checks: [checks.changelog(), checks.files(), checks.positions()],
  expect: { lost: { equals: "behind" }, failure: { connector: "source", message: /db history topic is missing/ } },
});
