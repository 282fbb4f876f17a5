import { defineScenario, employees, mixed } from "floe";

export default defineScenario({
  story:
    "A personnel office is captured: first everybody who works there, then what happens to them. Each row of all six tables reaches the lake, and each change exactly once.",
  source: employees(),
  workload: mixed({ writers: 2, operations: 600 }),
  expect: { lost: 0, duplicates: 0 },
});
