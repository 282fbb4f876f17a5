import { accounts, checks, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "A second connector is started with the database.server.id of the first. Reported is that both drive each other out of MySQL for ever (airbyte#80331, osheroff#144, DBZ-8786). On 3.6.1.Final there is no second round: MySQL ends the elder one's binlog connection, which is no error that is tried again, and its task is FAILED for good.",
  tags: ["incident"],
  incident: {
    reported: ["airbytehq/airbyte#80331", "osheroff/mysql-binlog-connector-java#144", "DBZ-8786"],
    shows: "two connectors with one server id: no endless ping-pong, the elder one's task is FAILED",
  },
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  faults: [faults.connect.twin({ connector: "source", when: { afterOperations: 50 } })],
  checks: [checks.changelog(), checks.files(), checks.positions()],
  expect: {
    lost: { equals: "behind" },
    failure: { connector: "source", message: /same server_uuid\/server_id as this replica has connected/ },
  },
});
