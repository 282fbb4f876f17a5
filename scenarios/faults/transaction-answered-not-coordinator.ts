import { defineScenario, employees, faults, mixed } from "floe";

export default defineScenario({
  story:
    "The broker answers NOT_COORDINATOR when the sink ends a transaction on its control topic. Measured on Kafka 4.3.1 and Iceberg 1.12.0: the producer looks for the coordinator again and ends the transaction there, once.",
  source: employees(),
  workload: mixed({ writers: 2, operationsPerSecond: 200, seconds: 10 }),
  faults: [faults.kafka("sink->kafka", { afterOperations: 300, api: "EndTxn", error: "NOT_COORDINATOR", times: 1 })],
  expect: { lost: 0, duplicates: 0 },
});
