import { defineScenario, employees, mixed } from "floe";

export default defineScenario({
  story:
    "Each delete is followed by a tombstone, a record without a value, and DebeziumTransform hands it on as it is (apache/iceberg#17326, #18082). The sink's writer skips what has no value: nothing is lost, nothing breaks. Seen as reported on 1.12.0, and harmless there.",
  tags: ["incident"],
  incident: {
    reported: ["apache/iceberg#17326", "apache/iceberg#18082"],
    shows: "tombstones through DebeziumTransform do no harm",
  },
  source: employees({ employees: 100 }),
  workload: mixed({ writers: 1, operations: 200 }),
  pipeline: { source: { "tombstones.on.delete": "true" } },
  expect: { lost: 0, duplicates: 0 },
});
