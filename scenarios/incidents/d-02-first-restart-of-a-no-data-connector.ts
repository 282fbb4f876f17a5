import { accounts, checks, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story: "x",
  tags: ["incident"],
  source: accounts({ also: ["FLUSH BINARY LOGS", "PURGE BINARY LOGS BEFORE NOW() + INTERVAL 1 DAY"] }),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  pipeline: { source: { "snapshot.mode": "no_data" } },
  faults: [faults.connect.restart({ connector: "source", when: { afterOperations: 100 } })],
  checks: [checks.changelog(), checks.files(), checks.positions()],
  known: [
    {
      issue: "debezium/dbz#2227",
      when: { debezium: "<=3.6.1.Final" },
      anomaly: "lost",
      failure: { connector: "source", message: /./ },
    },
  ],
});
