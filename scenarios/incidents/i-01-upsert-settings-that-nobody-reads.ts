import { checks, defineScenario, employees, mixed } from "floe";

export default defineScenario({
  story:
    "Somebody wants a table of current rows and sets upsert-mode-enabled and cdc-field, as guides of the older Tabular sink say. The connector is RUNNING and takes any key: the settings are in no release of Apache's sink (apache/iceberg#17542, #10842). An update leaves two rows, a delete leaves the row. As a changelog the table is right.",
  tags: ["incident"],
  incident: {
    reported: ["apache/iceberg#17542", "apache/iceberg#10842"],
    shows: "upsert settings that no release reads: two rows a key, deleted rows still there",
  },
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
