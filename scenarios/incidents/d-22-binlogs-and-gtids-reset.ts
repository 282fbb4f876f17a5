import { accounts, checks, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "Somebody runs RESET BINARY LOGS AND GTIDS, or restores the server from a dump, while the connector is stopped: numbers begin anew, and the stored offset names transactions that this server never had.",
  tags: ["incident"],
  incident: {
    reported: [],
    shows: "RESET BINARY LOGS AND GTIDS: the stored GTIDs are unknown to the server, the source fails",
  },
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  faults: [
    faults.connect.whileStopped({
      connector: "source",
      // Late: numbers given anew must not overtake the stored ones before it resumes, or the source passes over them silently.
      when: { afterOperations: 250 },
      strike: [faults.mysql.resetBinlogsAndGtids()],
    }),
  ],
  checks: [checks.changelog(), checks.files(), checks.positions()],
  expect: { lost: { equals: "behind" }, failure: { connector: "source", message: /no longer available/ } },
});
