import { accounts, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story: "x",
  tags: ["incident"],
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  pipeline: { projection: { includeTables: ["branches"] }, source: { "heartbeat.interval.ms": "500" } },
  faults: [
    faults.connect.whileStopped({
      connector: "source",
      when: { afterOperations: 280 },
      strike: [faults.mysql.purgeBinlogs()],
    }),
  ],
  expect: { lost: 0, duplicates: 0 },
});
