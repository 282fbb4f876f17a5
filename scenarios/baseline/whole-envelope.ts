import { defineScenario, employees, mixed } from "floe";

export default defineScenario({
  story:
    "No transform unwraps anything: each row of the lake is Debezium's whole envelope, with the row before and after the change, the place in the binlog, and the kind of the operation.",
  source: employees(),
  workload: mixed({ writers: 2, operations: 300 }),
  pipeline: { shape: "envelope" },
  expect: { lost: 0, duplicates: 0 },
});
