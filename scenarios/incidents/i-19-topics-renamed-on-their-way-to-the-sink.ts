import { accounts, checks, defineScenario, mixed } from "floe";

export default defineScenario({
  story:
    "A RegexRouter renames the topics on their way to the sink, with dynamic routing. Reported are data files and never a snapshot, as the sink keeps its offsets under the new names (apache/iceberg#13457, #14530, databricks sink 0.6.19). On Iceberg 1.12.0 it keeps them under the real ones, and every row arrives; its metadata names the new topic.",
  tags: ["incident"],
  incident: {
    reported: ["apache/iceberg#13457", "apache/iceberg#14530"],
    shows: "RegexRouter on the sink: the missing snapshots that were reported are not seen",
  },
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  pipeline: {
    sink: {
      transforms: "route,cdc,meta",
      "transforms.route.type": "org.apache.kafka.connect.transforms.RegexRouter",
      "transforms.route.regex": "(.*)",
      "transforms.route.replacement": "renamed.$1",
    },
  },
  // Not changelog(): it looks for records under the topics' own names.
  checks: [checks.currentState(), checks.files(), checks.positions()],
  expect: { lost: 0, duplicates: 0 },
});
