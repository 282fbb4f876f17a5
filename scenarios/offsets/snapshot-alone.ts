import { accounts, checks, defineScenario, mixed } from "floe";

export default defineScenario({
  story:
    "With snapshot.mode=initial_only the source reads the tables once and never streams. It goes on RUNNING, and nothing that is written from then on gets into a topic.",
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, seconds: 3 }),
  pipeline: { source: { "snapshot.mode": "initial_only" } },
  checks: [checks.changelog(), checks.files(), checks.positions()],
  // The last rows are not waited for long: they do not come.
  settleWithinMs: 10_000,
  expect: { lost: { equals: "operations" } },
});
