import { checks, defineScenario, employees, mixed } from "floe";

export default defineScenario({
  story: "x",
  tags: ["incident"],
  source: employees({ employees: 100 }),
  workload: mixed({ writers: 1, operations: 200 }),
  pipeline: {
    sink: {
      "iceberg.tables.cdc-field": "_cdc.op",
      "iceberg.tables.upsert-mode-enabled": "true",
    },
  },
  checks: [checks.changelog(), checks.currentState(), checks.oneRowPerKey()],
  known: [
    { issue: "apache/iceberg#17542", when: { iceberg: "<=1.12.0" }, anomaly: "duplicate" },
    { issue: "apache/iceberg#10842", when: { iceberg: "<=1.12.0" }, anomaly: "resurrected" },
  ],
});
