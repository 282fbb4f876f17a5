import { accounts, checks, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "One session of an application sets binlog_row_image=MINIMAL, as any session may: its UPDATE has the key and one column in the binlog. The connector checks the global setting when it starts, and never again. Reported are columns that turn NULL (debezium/dbz#473); run here on 3.6.1.Final, the task fails on the row and stands still until that binlog is behind it.",
  tags: ["incident"],
  incident: {
    reported: ["debezium/dbz#473"],
    shows: "one session's row images are MINIMAL: reported are NULLs, here the task counts columns and fails",
  },
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  faults: [
    faults.mysql.rowImage({
      image: "MINIMAL",
      statements: ["UPDATE accounts SET note = 'minimal' WHERE id = 9001"],
      when: { afterOperations: 100 },
    }),
  ],
  checks: [checks.changelog(), checks.files(), checks.positions()],
  expect: {
    lost: { equals: "behind" },
    failure: { connector: "source", message: /internal schema size 7, but row size 1/ },
  },
});
