import { accounts, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "While the connector is stopped, MySQL is set back to a dump, GTIDs and all, and goes on. Its numbers are given a second time: those that the stored offset has behind it already are passed over without a word, and the lake keeps what was undone.",
  source: accounts({ accounts: 1_000 }),
  workload: mixed({ writers: 1, operationsPerSecond: 40, operations: 700 }),
  // With the server's heartbeats it stores what it has read of a quiet server, too; upstream asks for one in 48 seconds.
  pipeline: { source: { "connect.keep.alive.interval.ms": "1000" } },
  faults: [
    faults.mysql.takeDump({ afterOperations: 100 }),
    faults.connect.whileStopped({
      connector: "source",
      when: { afterOperations: 130 },
      strike: [faults.mysql.restoreDump()],
      // By then the server has given more numbers than it had before.
      until: "act-over",
    }),
  ],
  // No account is booked on twice.
  expect: { lost: { equals: "unseen" }, stale: { equals: "reissued" }, "value-changed": { equals: "undone" } },
});
