import { accounts, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story: "x",
  tags: ["incident"],
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
