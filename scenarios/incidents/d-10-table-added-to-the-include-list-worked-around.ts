import { accounts, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "A table is added to table.include.list, and the connector keeps the DDL of all tables, as it does by default: it knows the new one already, and goes on. Rows from before are not sent: an incremental snapshot is for them.",
  tags: ["incident"],
  incident: {
    reported: ["apache/flink-cdc#1223"],
    shows: "with the default, the DDL of all tables, it goes on",
  },
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  pipeline: { projection: { excludeTables: ["branches"] } },
  faults: [
    faults.connect.changeConfig({
      connector: "source",
      settings: { "table.include.list": "${floe:pipeline.database}.accounts,${floe:pipeline.database}.branches" },
      when: { afterOperations: 100 },
    }),
  ],
  expect: { lost: 0, duplicates: 0 },
});
