import { defineScenario, employees, mixed } from "floe";

export default defineScenario({
  story:
    "A column is added while writers are writing, and used at once. Rows from before have NULL in it, rows from after their value, in MySQL and in the lake alike.",
  source: employees(),
  workload: mixed({ writers: 2, operations: 600 }),
  schemaChanges: [
    {
      when: { afterOperations: 200 },
      sql: "ALTER TABLE employees ADD COLUMN badge VARCHAR(20) NULL",
      afterwards: { table: "employees", chance: 0.3, set: (row) => ({ badge: `B-${String(row["emp_no"])}` }) },
    },
  ],
  expect: { lost: 0, duplicates: 0 },
});
