import { accounts, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "The one captured table is quiet and others are busy. With heartbeat.interval.ms the stored offset follows the binlog all the same, and what is purged has been passed.",
  tags: ["incident"],
  incident: {
    reported: ["DBZ-220"],
    shows: "heartbeat.interval.ms lets the offset follow the binlog: the restart goes well",
  },
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  pipeline: { projection: { includeTables: ["branches"] }, source: { "heartbeat.interval.ms": "500" } },
  faults: [
    // Rotated before, so that the connector's reader has none of the purged files open.
    faults.mysql.rotateBinlogs({ afterOperations: 50 }),
    faults.mysql.purgeBinlogs({ afterOperations: 120 }),
    faults.connect.restart({ connector: "source", when: { afterOperations: 250 } }),
  ],
  expect: { lost: 0, duplicates: 0 },
});
