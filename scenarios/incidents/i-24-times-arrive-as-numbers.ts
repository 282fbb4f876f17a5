import { accounts, defineScenario, mixed } from "floe";

export default defineScenario({
  story: "x",
  tags: ["incident"],
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  pipeline: { source: { "time.precision.mode": "adaptive_time_microseconds" } },
  expect: { lost: 0, duplicates: 0 },
});
