import { accounts, checks, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "While the connector is stopped, MySQL is set back to a dump, GTIDs and all. The connector is resumed before the server has given as many numbers as it had: its stored offset names transactions that the server does not know, and it fails.",
  source: accounts({ accounts: 1_000 }),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 400 }),
  faults: [
    faults.mysql.takeDump({ afterOperations: 20 }),
    faults.connect.whileStopped({
      connector: "source",
      when: { afterOperations: 330 },
      strike: [faults.mysql.restoreDump()],
    }),
  ],
  checks: [checks.changelog(), checks.files(), checks.positions()],
  expect: { lost: { equals: "behind" }, failure: { connector: "source", message: /no longer available/ } },
});
