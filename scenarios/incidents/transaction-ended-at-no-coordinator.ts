import { defineScenario, employees, faults, mixed } from "floe";

export default defineScenario({
  story: "The broker answers NOT_COORDINATOR when the sink ends a transaction on its control topic.",
  source: employees(),
  workload: mixed({ writers: 2, operationsPerSecond: 200, seconds: 10 }),
  faults: [faults.kafka("sink->kafka", { afterOperations: 300, api: "EndTxn", error: "NOT_COORDINATOR", times: 1 })],
});
