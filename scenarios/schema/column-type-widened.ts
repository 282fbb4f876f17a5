import { defineScenario, employees, mixed } from "floe";

export default defineScenario({
  story:
    "salaries.salary grows from INT to BIGINT in the middle of the stream, and salaries beyond 32 bits follow. The lake's column has to widen with it, and no value may wrap around.",
  source: employees(),
  workload: mixed({ writers: 2, operations: 600 }),
  schemaChanges: [
    {
      when: { afterOperations: 200 },
      sql: "ALTER TABLE salaries MODIFY COLUMN salary BIGINT NOT NULL",
      afterwards: {
        table: "salaries",
        chance: 0.3,
        set: (_row, random) => ({ salary: 5_000_000_000 + random.int(0, 1_000_000) }),
      },
    },
  ],
  expect: { lost: 0, duplicates: 0 },
});
