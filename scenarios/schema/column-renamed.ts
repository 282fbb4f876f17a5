import { accounts, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "A column gets another name. MySQL renames it for all rows at once, and writes none of them to the binlog: in the lake a new column begins beside the old one, and the nine rows that nobody has touched since have NULL in it.",
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  faults: [
    faults.mysql.sql({
      statements: [
        "ALTER TABLE branches RENAME COLUMN code TO number",
        "UPDATE branches SET city = 'Moved' WHERE id = 1",
      ],
      when: { afterOperations: 100 },
    }),
  ],
  expect: { "value-changed": 9 },
});
