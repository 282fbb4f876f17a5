import { accounts, checks, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story: "x",
  tags: ["incident"],
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
  expect: { lost: { equals: "behind" }, failure: { connector: "source", message: /./ } },
});
