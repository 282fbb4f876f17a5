import { accounts, defineScenario, mixed } from "floe";

export default defineScenario({
  story:
    "The same dates with time.precision.mode=connect: Kafka Connect's own logical types, which the sink stores as date and timestamp. Its price: fractions of a second beyond three digits are cut off.",
  tags: ["incident"],
  incident: {
    reported: ["databricks/iceberg-kafka-connect#326"],
    shows: "time.precision.mode=connect: dates",
  },
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  pipeline: { source: { "time.precision.mode": "connect" } },
  expect: { lost: 0, duplicates: 0 },
});
