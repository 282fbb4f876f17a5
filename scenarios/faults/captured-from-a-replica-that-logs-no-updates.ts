import { checks, defineScenario, employees, mixed } from "floe";

export default defineScenario({
  story:
    "Debezium reads the binlog of a replica on which log_replica_updates is off. The snapshot is whole and both connectors run, but what the replica replicates is not in its binlog: not one change ever comes.",
  source: employees(),
  workload: mixed({ writers: 2, operations: 100 }),
  stack: { replica: "without-updates-logged" },
  checks: [checks.changelog()],
  expect: { lost: { equals: "operations" } },
});
