import { accounts, checks, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story: "x",
  tags: ["incident"],
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  pipeline: { projection: { includeTables: ["branches"] }, source: { "heartbeat.interval.ms": "0" } },
  faults: [
    faults.connect.whileStopped({
      connector: "source",
      when: { afterOperations: 100 },
      strike: [faults.mysql.purgeBinlogs()],
    }),
  ],
  checks: [checks.changelog(), checks.files(), checks.positions()],
  expect: { lost: { equals: "behind" }, failure: { connector: "source", message: /no longer available/ } },
});
