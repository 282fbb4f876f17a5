import { accounts, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "A column is dropped in MySQL. The lake keeps it, with the values that it had, and NULL in all rows from then on; every column that MySQL still has is right.",
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  faults: [
    faults.mysql.sql({
      statements: ["ALTER TABLE branches DROP COLUMN code", "UPDATE branches SET city = 'Moved' WHERE id = 1"],
      when: { afterOperations: 100 },
    }),
  ],
  expect: { lost: 0, duplicates: 0 },
});
