import { accounts, checks, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "The primary dies before its standby has received the last transactions, which the source has read already. The connector goes on at the standby as if nothing had happened, until somebody restarts it: its stored offset names transactions that no server has, and it fails.",
  source: accounts({ accounts: 1_000 }),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 400 }),
  pipeline: { source: { "connect.keep.alive.interval.ms": "1000" } },
  stack: { replica: "standby" },
  faults: [
    faults.mysql.promoteReplica({ unreplicated: 20, when: { afterOperations: 100 } }),
    faults.connect.restart({ connector: "source", when: { afterOperations: 350 } }),
  ],
  checks: [checks.changelog(), checks.files(), checks.positions()],
  expect: { lost: { equals: "behind" }, failure: { connector: "source", message: /no longer available/ } },
});
