import { accounts, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "The primary dies before its standby has received the last transactions, which the source has read already. The connector goes on at the standby as if nothing had happened, and the lake keeps rows that MySQL no longer has.",
  source: accounts({ accounts: 1_000 }),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 400 }),
  // Upstream looks once a minute whether its connection is still there: docs/cases.md.
  pipeline: { source: { "connect.keep.alive.interval.ms": "1000" } },
  stack: { replica: "standby" },
  faults: [faults.mysql.promoteReplica({ unreplicated: 20, when: { afterOperations: 100 } })],
  // Of each operation that is gone: no account is booked on twice.
  expect: { "value-changed": { equals: "unreplicated" } },
});
