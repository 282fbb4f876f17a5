import { accounts, checks, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "The same purged server and the same restart, and a connector that was started with snapshot.mode=no_data: it stores the whole executed GTID set, the purged part too, and goes on.",
  tags: ["incident"],
  incident: {
    reported: ["debezium/dbz#2227"],
    shows: "snapshot.mode=no_data stores the whole executed set, the purged part too: it restarts well",
  },
  source: accounts({ beforehand: ["FLUSH BINARY LOGS", "PURGE BINARY LOGS BEFORE NOW() + INTERVAL 1 DAY"] }),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  pipeline: { source: { "snapshot.mode": "no_data" } },
  faults: [faults.connect.restart({ connector: "source", when: { afterOperations: 100 } })],
  // The rows from before the capture are not in the lake: the changes since then are what counts.
  checks: [checks.changelog(), checks.files(), checks.positions()],
  expect: { lost: 0, duplicates: 0 },
});
