import { accounts, checks, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "Hosted MySQL gives nobody RELOAD, and keeps binlogs no longer than it needs them itself. The connector comes back to expired binlogs and begins a new snapshot, for which FLUSH TABLES WITH READ LOCK is refused. The locks of single tables that it tries then want RELOAD or FLUSH_TABLES as well: the source fails.",
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  pipeline: { source: { "snapshot.mode": "when_needed" } },
  faults: [
    faults.sequence({
      when: { afterOperations: 100 },
      faults: [
        faults.mysql.revoke({ privileges: ["RELOAD"] }),
        faults.connect.whileStopped({
          connector: "source",
          strike: [
            faults.mysql.sql({ statements: ["UPDATE accounts SET note = 'missed' WHERE id = 9001"] }),
            faults.mysql.expireBinlogs(),
          ],
          until: "act-over",
        }),
      ],
    }),
  ],
  checks: [checks.changelog(), checks.files()],
  expect: {
    lost: { equals: "behind" },
    failure: { connector: "source", message: /need \(at least one of\) the RELOAD or FLUSH_TABLES privilege/ },
  },
});
