import { defineScenario, employees, faults, mixed } from "floe";

export default defineScenario({
  story:
    "The catalog makes a commit and a gateway in front of it answers 502, so the sink cannot know whether its files are in the table.",
  source: employees(),
  workload: mixed({ writers: 2, operationsPerSecond: 200, seconds: 10 }),
  faults: [
    faults.http("sink->catalog", {
      afterOperations: 400,
      on: { kind: "commit", nth: 1 },
      do: { forwardThenAnswer: { status: 502 } },
    }),
  ],
});
