import { accounts, checks, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story: "x",
  tags: ["incident"],
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  faults: [
    faults.mysql.behindTheBinlog({
      statements: ["ALTER TABLE branches ADD COLUMN region VARCHAR(20) NOT NULL DEFAULT 'north' AFTER city"],
      when: { afterOperations: 50 },
    }),
  ],
  checks: [checks.changelog(), checks.files(), checks.positions()],
  expect: { lost: { equals: "behind" }, failure: { connector: "source", message: /./ } },
});
