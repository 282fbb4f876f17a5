import { accounts, checks, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "The same server, with snapshot.locking.mode=none: the new snapshot asks for no lock, and is right as long as nobody changes a table meanwhile. Each row is in the topics once more, what happened while the connector stood is lost as history.",
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  pipeline: { source: { "snapshot.mode": "when_needed", "snapshot.locking.mode": "none" } },
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
  // Not positions(): the new snapshot takes the stored offset past what was never read, which is what it is for.
  checks: [checks.changelog(), checks.currentState(), checks.files()],
  expect: { lost: { equals: "missed" }, duplicates: 112 },
});
