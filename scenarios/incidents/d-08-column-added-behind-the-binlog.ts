import { accounts, checks, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "A column is added with sql_log_bin=0, as a schema migration on a replica or a careless operator does (DBZ-7093, airbyte#51607, #41948, risingwave#21801). The connector learns of columns from the binlog's DDL alone, so its idea of the table is wrong from then on. Reported are shifted columns; on 3.6.1.Final the task fails at the first row of that table, whose columns it counts.",
  tags: ["incident"],
  incident: {
    reported: ["DBZ-7093", "airbytehq/airbyte#51607", "airbytehq/airbyte#41948", "risingwavelabs/risingwave#21801"],
    shows: "a column added behind the binlog: reported are shifted columns, here the task counts them and fails",
  },
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  faults: [
    faults.mysql.behindTheBinlog({
      statements: ["ALTER TABLE branches ADD COLUMN region VARCHAR(20) NOT NULL DEFAULT 'north' AFTER city"],
      when: { afterOperations: 50 },
    }),
  ],
  checks: [checks.changelog(), checks.files(), checks.positions()],
  expect: {
    lost: { equals: "behind" },
    failure: { connector: "source", message: /internal schema size 4, but row size 5/ },
  },
});
