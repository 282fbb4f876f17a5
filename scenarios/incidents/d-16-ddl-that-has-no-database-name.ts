import { accounts, checks, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "ALTER DATABASE without a name alters the session's own database, and MySQL writes it to its binlog as it was typed. Debezium cannot parse it, and fails for good. Found here while debezium/dbz#690 was tried without the name; with it, 3.6.1.Final reads the statement.",
  tags: ["incident"],
  incident: {
    reported: ["debezium/dbz#690"],
    shows: "`ALTER DATABASE /*!40100 … */` without a name cannot be parsed: the source fails",
  },
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
  checks: [checks.changelog(), checks.files(), checks.positions()],
  known: [
    {
      issue: "debezium/dbz#690",
      when: { debezium: "<=3.6.1.Final" },
      anomaly: "lost",
      failure: { connector: "source", message: /couldn't be parsed/ },
    },
  ],
});
