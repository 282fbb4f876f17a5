import { accounts, checks, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "Statements that MySQL takes, and that Debezium's parser of before 3.6 does not know: a database altered inside a version comment (debezium/dbz#690), UNICODE as a column's attribute (debezium/dbz#1272). As reported on 3.3.1.Final and 3.5.0.Final, which fail for good; 3.6.1.Final, whose parser is made from Oracle's grammar, reads both.",
  tags: ["incident"],
  incident: {
    reported: ["debezium/dbz#690", "debezium/dbz#1272"],
    shows: "a database altered inside a version comment, UNICODE on a column: before 3.6 the source fails",
    alsoOn: [{ debezium: "3.5.0.Final" }, { debezium: "3.3.1.Final", kafka: "3.9.1" }],
  },
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  faults: [
    faults.mysql.sql({
      statements: [
        "ALTER DATABASE `${floe:pipeline.database}` /*!40100 DEFAULT CHARACTER SET utf8mb4 */",
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
      when: { debezium: "<3.6" },
      anomaly: "lost",
      failure: { connector: "source", message: /couldn't be parsed/ },
    },
  ],
});
