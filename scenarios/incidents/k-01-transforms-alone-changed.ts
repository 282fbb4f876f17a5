import { accounts, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "Only the transforms in a running sink's configuration are changed. Connect of before 3.9 is reported to answer 200 OK and to let the tasks go on with the old ones (KAFKA-9228, mended by apache/kafka#16053). Seen neither on 3.7.0, with Debezium 3.3.1, nor on 4.3.1: it takes a connector whose tasks are given a configuration that has not changed, and Iceberg's sink puts a random suffix into theirs each time. The column left out from then on is missing in the one row that follows.",
  tags: ["incident"],
  incident: {
    reported: ["KAFKA-9228"],
    shows: "only the transforms of a running sink change: they take effect, on Connect of before the mending, too",
    alsoOn: [{ kafka: "3.7.0", debezium: "3.3.1.Final" }],
  },
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  faults: [
    faults.connect.changeConfig({
      connector: "sink",
      settings: {
        transforms: "cdc,meta,less",
        "transforms.less.type": "org.apache.kafka.connect.transforms.ReplaceField$Value",
        "transforms.less.exclude": "city",
      },
      when: { afterOperations: 50 },
    }),
  ],
  expect: { "value-changed": 1 },
});
