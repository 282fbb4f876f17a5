import { accounts, checks, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "A connector was started without any snapshot, of rows or of the schema, on a server whose older binlogs are purged. It streams, and its first restart fails for ever: the stored GTID set lacks what was purged before it ever began, and is taken for lost (debezium/dbz#2227, mended in 3.7.0.Alpha1). As reported on 3.6.1.Final and 3.5.0.Final; snapshot.mode=no_data is not concerned.",
  tags: ["incident"],
  incident: {
    reported: ["debezium/dbz#2227"],
    shows: "a connector started without any snapshot on a purged server: its first restart fails for ever",
    alsoOn: [{ debezium: "3.5.0.Final" }],
  },
  source: accounts({ beforehand: ["FLUSH BINARY LOGS", "PURGE BINARY LOGS BEFORE NOW() + INTERVAL 1 DAY"] }),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  pipeline: {
    source: {
      "snapshot.mode": "configuration_based",
      "snapshot.mode.configuration.based.snapshot.schema": "false",
      "snapshot.mode.configuration.based.snapshot.data": "false",
      "snapshot.mode.configuration.based.start.stream": "true",
    },
  },
  faults: [faults.connect.restart({ connector: "source", when: { afterOperations: 100 } })],
  checks: [checks.changelog(), checks.files(), checks.positions()],
  // Without a snapshot the first rows come as inserts, from before the ledger begins.
  expect: { phantom: 112 },
  known: [
    {
      issue: "debezium/dbz#2227",
      when: { debezium: "<=3.6.1.Final" },
      anomaly: "lost",
      failure: { connector: "source", message: /no longer available/ },
    },
  ],
});
