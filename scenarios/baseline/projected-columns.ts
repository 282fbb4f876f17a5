import { defineScenario, employees, mixed } from "floe";

export default defineScenario({
  story:
    "Only what is meant to leave the database does: a table and a column stay behind, one name is masked and another cut short, and of the salaries the snapshot takes those that are paid now. What is left out on purpose is no loss, and everything else still has to arrive.",
  source: employees(),
  workload: mixed({ writers: 2, operations: 600 }),
  pipeline: {
    projection: {
      excludeTables: ["dept_manager"],
      excludeColumns: ["employees.birth_date"],
      masks: {
        "employees.last_name": { kind: "mask", length: 5 },
        "employees.first_name": { kind: "truncate", length: 3 },
      },
      filters: { salaries: "to_date >= '9999-01-01'" },
    },
    // Tables, columns and masks become Debezium's settings by themselves. A filter is told as it is configured.
    source: {
      "snapshot.select.statement.overrides": "${floe:pipeline.database}.salaries",
      "snapshot.select.statement.overrides.${floe:pipeline.database}.salaries":
        "SELECT * FROM `${floe:pipeline.database}`.salaries WHERE to_date >= '9999-01-01'",
    },
  },
  expect: { lost: 0, duplicates: 0 },
});
