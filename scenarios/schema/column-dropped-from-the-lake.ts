import { accounts, checks, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "Somebody drops a column of the lake's table that MySQL still has. The sink makes it again with the next record, under the old name and as another column: the nine rows that nobody has touched since have NULL in it.",
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  faults: [
    faults.sequence({
      when: { event: { control: "commit-to-table", table: "branches", nth: 1 } },
      faults: [
        faults.lake.changeSchema({ table: "branches", clause: "DROP COLUMN city" }),
        faults.mysql.sql({ statements: ["UPDATE branches SET city = 'Moved' WHERE id = 1"] }),
      ],
    }),
  ],
  // Not changelog(): the first row's first event has lost its value as well.
  checks: [checks.currentState()],
  expect: { "value-changed": 9 },
});
