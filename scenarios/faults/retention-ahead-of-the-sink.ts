import { accounts, checks, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "The sink stands still for longer than its topics keep their records. When it runs again it begins where the topic begins now, and says nothing: what the retention took is missing in the lake, record by record.",
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 600 }),
  faults: [
    faults.connect.whileStopped({
      connector: "sink",
      // Before its first commit, a stop alone loses rows: incidents/i-06.
      when: { event: { control: "commit-to-table", table: "accounts", nth: 1 } },
      strike: [faults.topics.expire({ when: { afterOperations: 1 }, topic: { table: "accounts" } })],
    }),
  ],
  checks: [checks.changelog(), checks.files(), checks.positions()],
  // A file that the sink had begun when it was stopped: its rows were to be read again, and are gone.
  expect: { lost: { equals: "expired" }, "orphan-file": { atMost: 1 } },
});
