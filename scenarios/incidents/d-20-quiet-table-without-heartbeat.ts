import { accounts, checks, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "The one captured table is quiet, others are busy, and there is no heartbeat: the stored offset stays where the snapshot ended. When MySQL has purged that binlog, the next restart fails, though the connector was running all the time and has missed nothing (DBZ-220, apache/flink-cdc#927).",
  tags: ["incident"],
  incident: {
    reported: ["DBZ-220", "apache/flink-cdc#927"],
    shows: "a quiet table, no heartbeat, a purge: the next restart fails",
  },
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  pipeline: { projection: { includeTables: ["branches"] }, source: { "heartbeat.interval.ms": "0" } },
  faults: [
    // Rotated before, so that the connector's reader has none of the purged files open.
    faults.mysql.rotateBinlogs({ afterOperations: 50 }),
    faults.mysql.purgeBinlogs({ afterOperations: 120 }),
    faults.connect.restart({ connector: "source", when: { afterOperations: 250 } }),
  ],
  checks: [checks.changelog(), checks.files(), checks.positions()],
  expect: { lost: { equals: "behind" }, failure: { connector: "source", message: /no longer available/ } },
});
