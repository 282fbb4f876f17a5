import { defineScenario, employees, faults, mixed } from "floe";

export default defineScenario({
  story:
    "Debezium reads the binlog of a replica, to spare the primary. The replica falls four seconds behind in the middle of the stream. What is committed meanwhile comes late, and nothing else happens to it.",
  source: employees(),
  workload: mixed({ writers: 2, operationsPerSecond: 100, operations: 600 }),
  stack: { replica: "with-updates-logged" },
  faults: [faults.mysql.delayReplica({ seconds: 4, when: { afterOperations: 200 } })],
  expect: { lost: 0, duplicates: 0 },
});
