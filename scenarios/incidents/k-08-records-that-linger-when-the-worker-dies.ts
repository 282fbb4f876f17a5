import { accounts, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "The source's producer may let records linger for eleven days, and the worker dies with whatever it had not sent. Nothing is lost and nothing comes twice: no offset runs ahead of its record.",
  tags: ["incident"],
  incident: {
    reported: [],
    shows: "records linger in the producer when a worker dies: nothing is lost, nothing comes twice",
  },
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  pipeline: {
    source: { "producer.override.linger.ms": "1000000000", "producer.override.delivery.timeout.ms": "2147483647" },
  },
  faults: [faults.kill("connect-1", { afterOperations: 150, restartAfterMs: 0 })],
  expect: { lost: 0, duplicates: 0 },
});
