import { accounts, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story: "x",
  tags: ["incident"],
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  faults: [
    faults.mysql.sql({
      statements: [
        "ALTER DATABASE /*!40100 DEFAULT CHARACTER SET utf8mb4 */",
        "ALTER TABLE branches MODIFY COLUMN city VARCHAR(60) UNICODE NOT NULL",
        "UPDATE branches SET city = 'Köln' WHERE id = 1",
      ],
      when: { afterOperations: 100 },
    }),
  ],
  known: [
    {
      issue: "debezium/dbz#690, debezium/dbz#1272",
      when: { debezium: "<3.6" },
      anomaly: "lost",
      failure: { connector: "source", message: /pars|viable|mismatched|extraneous/i },
    },
  ],
});
