import { accounts, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "A column is added the way gh-ost and pt-osc do it: a copy of the table gets the column and the rows, and takes the table's name. Reported are lost columns and events of the ghost table (DBZ-1278, apache/flink-cdc#3668, #4064) where only the original is captured. On 3.6.1.Final nothing of that is seen: RENAME carries the ghost's schema over, the new column arrives, and the copied rows send nothing.",
  tags: ["incident"],
  incident: {
    reported: ["DBZ-1278", "apache/flink-cdc#3668", "apache/flink-cdc#4064"],
    shows: "gh-ost's swap of tables: the loss that was reported is not seen",
  },
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  faults: [
    faults.mysql.sql({
      statements: [
        "CREATE TABLE _accounts_gho LIKE accounts",
        "ALTER TABLE _accounts_gho ADD COLUMN tier INT NULL",
        "LOCK TABLES accounts WRITE, _accounts_gho WRITE",
        "INSERT INTO _accounts_gho SELECT *, NULL FROM accounts",
        "RENAME TABLE accounts TO _accounts_del, _accounts_gho TO accounts",
        "UNLOCK TABLES",
        "UPDATE accounts SET tier = 2 WHERE id = 9001",
      ],
      when: { afterOperations: 100 },
    }),
  ],
  expect: { lost: 0, duplicates: 0 },
});
