import { accounts, checks, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "A table is added to table.include.list of a connector that was told to keep the DDL of captured tables alone (apache/flink-cdc#1223, dbz#1672). It has never seen that table's DDL, so the first change of a row of it ends the task: all other tables stand still, too.",
  tags: ["incident"],
  incident: {
    reported: ["apache/flink-cdc#1223", "debezium/dbz#1672"],
    shows:
      "a table added to the include list of a connector that keeps the DDL of captured tables alone: it fails at that table's first row",
  },
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  pipeline: {
    projection: { excludeTables: ["branches"] },
    source: { "schema.history.internal.store.only.captured.tables.ddl": "true" },
  },
  faults: [
    faults.connect.changeConfig({
      connector: "source",
      settings: { "table.include.list": "${floe:pipeline.database}.accounts,${floe:pipeline.database}.branches" },
      when: { afterOperations: 100 },
    }),
  ],
  checks: [checks.changelog(), checks.files(), checks.positions()],
  expect: {
    lost: { equals: "behind" },
    failure: { connector: "source", message: /schema isn't known to this connector/ },
  },
});
