import { accounts, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "The Connect worker is started again with too little memory, runs out of it, and gets it back. What MySQL took meanwhile comes late; nothing is lost, nothing comes twice.",
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  faults: [faults.limitHeap("connect-1", { afterOperations: 100, heapMb: 20 })],
  expect: { lost: 0, duplicates: 0 },
});
