import { accounts, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story: "x",
  tags: ["incident"],
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  faults: [faults.rewindSinkGroups({ when: { afterOperations: 200 }, groups: ["data"] })],
  expect: { lost: 0, duplicates: { equals: "rewound" }, "offset-went-back": { equals: "offsetsMoved" } },
});
