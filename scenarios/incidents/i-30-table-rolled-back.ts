import { defineScenario, employees, faults, mixed } from "floe";

export default defineScenario({
  story:
    "Somebody rolls a table back to the snapshot before the current one while the sink writes it. What the newer one had added stays away, exactly that; the sink goes on from the older snapshot and appends nothing again, as its own stored offsets, and not only those in the snapshot, say how far it is. The report had it that old files come back.",
  tags: ["incident"],
  incident: {
    reported: [],
    shows:
      "a table is rolled back while the sink writes it: what the undone snapshot added stays away, nothing comes twice",
  },
  source: employees({ employees: 200 }),
  workload: mixed({ writers: 2, operationsPerSecond: 50, seconds: 12 }),
  faults: [
    faults.lake.rollBackTable({
      when: { event: { control: "commit-to-table", table: "salaries", nth: 2 } },
      table: "salaries",
    }),
  ],
  expect: {
    lost: { equals: "undoneRows" },
    "orphan-file": { equals: "undoneFiles" },
    stale: { atMost: "undoneRows" },
    resurrected: { atMost: "undoneRows" },
  },
});
