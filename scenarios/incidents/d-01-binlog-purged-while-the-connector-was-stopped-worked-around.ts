import { accounts, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story: "x",
  tags: ["incident"],
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
  expect: { lost: { equals: "missed" }, duplicates: 112 },
});
