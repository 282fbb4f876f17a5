import { accounts, checks, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "The same purge, with snapshot.mode=when_needed: the connector takes a new snapshot by itself. The lake has every row as it is now; each row of the first snapshot is in the topics once more, and what happened while the connector stood is lost as history.",
  tags: ["incident"],
  incident: {
    reported: ["apache/flink-cdc#271"],
    shows:
      "snapshot.mode=when_needed takes a second snapshot: 112 rows once more, the changes in between lost as history, the state right",
  },
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  pipeline: { source: { "snapshot.mode": "when_needed" } },
  faults: [
    faults.connect.whileStopped({
      connector: "source",
      when: { afterOperations: 100 },
      strike: [
        faults.mysql.sql({ statements: ["UPDATE accounts SET note = 'missed' WHERE id = 9001"] }),
        faults.mysql.purgeBinlogs(),
      ],
      until: "act-over",
    }),
  ],
  // Not positions(): the new snapshot takes the stored offset past what was never read, which is what it is for.
  checks: [checks.changelog(), checks.currentState(), checks.files()],
  expect: { lost: { equals: "missed" }, duplicates: 112 },
});
