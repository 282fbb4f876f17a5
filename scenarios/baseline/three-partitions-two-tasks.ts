import { defineScenario, employees, mixed } from "floe";

export default defineScenario({
  story:
    "Each topic has three partitions and the sink two tasks: the coordinator has to gather what several writers wrote before it commits. One partition and one task never exercise that.",
  source: employees(),
  workload: mixed({ writers: 2, operations: 600 }),
  pipeline: { partitions: 3, sinkTasks: 2 },
  expect: { lost: 0, duplicates: 0 },
});
