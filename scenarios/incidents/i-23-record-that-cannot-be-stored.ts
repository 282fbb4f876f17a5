import { accounts, checks, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story: "x",
  tags: ["incident"],
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  pipeline: {
    sink: {
      "errors.tolerance": "all",
      "errors.deadletterqueue.topic.name": "${floe:pipeline.topic-prefix}.dead-letters",
      "errors.deadletterqueue.topic.replication.factor": "1",
    },
  },
  faults: [
    faults.mysql.sql({
      statements: [
        "ALTER TABLE branches MODIFY COLUMN code VARCHAR(20) NULL",
        "UPDATE branches SET code = 'north' WHERE id = 1",
      ],
      when: { afterOperations: 100 },
    }),
  ],
  checks: [checks.changelog(), checks.files(), checks.positions()],
  expect: { lost: { equals: "behind" }, failure: { connector: "sink", message: /./ } },
});
