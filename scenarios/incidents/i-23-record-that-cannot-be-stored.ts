import { accounts, checks, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "A column changes from INT to VARCHAR in MySQL, and the lake's stays a number: 'north' cannot be stored. errors.tolerance=all and a dead-letter queue are set, and neither helps, as the sink fails in put(), which Connect's tolerance does not cover (databricks#191, #152, apache/iceberg#12973, #14618, #15032, #16876). All tables stand still for one value of one of them.",
  tags: ["incident"],
  incident: {
    reported: [
      "databricks/iceberg-kafka-connect#191",
      "databricks/iceberg-kafka-connect#152",
      "apache/iceberg#12973",
      "apache/iceberg#14618",
      "apache/iceberg#15032",
      "apache/iceberg#16876",
    ],
    shows: "one value that cannot be stored ends the sink, tolerance and dead-letter queue or not",
  },
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
  checks: [checks.changelog(), checks.positions()],
  expect: {
    lost: { equals: "behind" },
    failure: { connector: "sink", message: /NumberFormatException: For input string: "north"/ },
  },
});
