import { accounts, defineScenario, faults, mixed } from "floe";

const bank = accounts();

export default defineScenario({
  story:
    "A second column joins a table's primary key in the middle of the stream. Records carry the longer key from then on, those from before keep theirs, and the current state is the last event by the columns that are the key now: each row of the table is there once.",
  source: {
    ...bank,
    sentinel: (table) => {
      const last = bank.sentinel(table);
      if (table !== "branches") return last;
      return { ...last, changes: last.changes.map((change) => ({ ...change, key: change.after ?? change.key })) };
    },
  },
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  faults: [
    faults.mysql.sql({
      statements: [
        "ALTER TABLE branches DROP PRIMARY KEY, ADD PRIMARY KEY (id, city)",
        "UPDATE branches SET code = 11 WHERE id = 1",
        "DELETE FROM branches WHERE id = 2",
      ],
      when: { afterOperations: 100 },
    }),
  ],
  expect: { lost: 0, duplicates: 0 },
});
