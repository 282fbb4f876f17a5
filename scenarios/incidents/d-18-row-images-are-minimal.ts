import { accounts, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story: "x",
  tags: ["incident"],
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  faults: [
    faults.mysql.rowImage({
      image: "MINIMAL",
      statements: ["UPDATE accounts SET note = 'minimal' WHERE id = 9001"],
      when: { afterOperations: 100 },
    }),
  ],
  expect: { lost: 0, duplicates: 0 },
});
