import { accounts, checks, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "With snapshot.mode=always the source reads every table again each time it starts. It is stopped while accounts are booked, and resumed: each row comes a second time, and what was booked in between is told by the rows alone.",
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, seconds: 8 }),
  pipeline: { source: { "snapshot.mode": "always" } },
  faults: [faults.connect.whileStopped({ connector: "source", when: { afterOperations: 100 }, until: "act-over" })],
  // Not positions(): each snapshot takes the stored offset past what was never read, which is what it is for.
  checks: [checks.changelog(), checks.currentState(), checks.files()],
  expect: { lost: { equals: "missed" }, duplicates: 112 },
});
