import { accounts, checks, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "One session of an application sets binlog_row_image=NOBLOB: a text column that an UPDATE does not change is not in the binlog. The same failure as with MINIMAL: the row has fewer columns than the connector knows (debezium/dbz#473).",
  tags: ["incident"],
  incident: {
    reported: ["debezium/dbz#473"],
    shows: "one session's row images are NOBLOB: the task counts columns and fails",
  },
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  faults: [
    faults.mysql.rowImage({
      image: "NOBLOB",
      statements: ["UPDATE branches SET city = 'Nowhere' WHERE id = 1"],
      when: { afterOperations: 100 },
    }),
  ],
  checks: [checks.changelog(), checks.files(), checks.positions()],
  expect: {
    lost: { equals: "behind" },
    failure: { connector: "source", message: /internal schema size 4, but row size 3/ },
  },
});
