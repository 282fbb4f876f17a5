import { accounts, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "The source reads a replica, which is promoted when the primary dies, before it has received the last transactions.",
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 400 }),
  stack: { replica: "with-updates-logged" },
  faults: [faults.mysql.promoteReplica({ unreplicated: 20, when: { afterOperations: 100 } })],
  expect: { lost: { equals: "unreplicated" } },
});
