import { defineScenario, employees, mixed } from "floe";

export default defineScenario({
  story:
    "Three brokers hold each topic three times, and two workers share the connectors' tasks: the sink's two tasks may run on different machines, and their coordinator on one of them gathers what both wrote.",
  source: employees(),
  workload: mixed({ writers: 2, operations: 600 }),
  pipeline: { partitions: 3, sinkTasks: 2 },
  stack: { brokers: 3, workers: 2 },
  expect: { lost: 0, duplicates: 0 },
});
