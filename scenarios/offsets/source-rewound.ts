import { defineScenario, employees, faults, mixed } from "floe";

export default defineScenario({
  story:
    "The source connector is stopped, its offset moved back through Connect's REST interface, and resumed: what it had already sent it sends again. The copies are counted beforehand and must be exactly those; the current state of every row stays right.",
  source: employees(),
  workload: mixed({ writers: 2, operations: 600 }),
  faults: [faults.rewindSource({ when: { afterOperations: 400 }, by: { operations: 200 } })],
  expect: { lost: 0, duplicates: { equals: "rewound" }, "offset-went-back": { equals: "offsetsMoved" } },
});
