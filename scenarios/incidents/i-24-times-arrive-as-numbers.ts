import { accounts, defineScenario, mixed } from "floe";

export default defineScenario({
  story:
    "Debezium's default time.precision.mode writes DATE as days and DATETIME as milliseconds or microseconds in plain numbers, marked with names that the sink does not know: the auto-created table has integers where dates were (databricks#326, memiiso#580). Every row is concerned: 102 first ones, 300 changes, the last.",
  tags: ["incident"],
  incident: {
    reported: ["databricks/iceberg-kafka-connect#326", "memiiso/debezium-server-iceberg#580"],
    shows: "default time precision: every DATE is a number",
  },
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  pipeline: { source: { "time.precision.mode": "adaptive_time_microseconds" } },
  expect: { "value-changed": 403 },
});
