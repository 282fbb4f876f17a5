import { accounts, checks, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "The source connector stands still while MySQL purges the binlog that it has yet to read, as expiry does over a long weekend (apache/flink-cdc#271, #1947, #2476, risingwave#12313). By design it fails when it is started again and does not go on: what was written meanwhile is lost to it, and everything after waits. Seen on 3.6.1.Final as reported; all that reached the topics before is in the lake.",
  tags: ["incident"],
  incident: {
    reported: [
      "apache/flink-cdc#271",
      "apache/flink-cdc#1947",
      "apache/flink-cdc#2476",
      "risingwavelabs/risingwave#12313",
    ],
    shows: "the binlog was purged while the source stood: it fails, and what it had not read is lost to it",
  },
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  faults: [
    faults.connect.whileStopped({
      connector: "source",
      when: { afterOperations: 100 },
      strike: [
        faults.mysql.sql({ statements: ["UPDATE accounts SET note = 'missed' WHERE id = 9001"] }),
        faults.mysql.purgeBinlogs(),
      ],
    }),
  ],
  checks: [checks.changelog(), checks.files(), checks.positions()],
  expect: { lost: { equals: "behind" }, failure: { connector: "source", message: /no longer available/ } },
});
