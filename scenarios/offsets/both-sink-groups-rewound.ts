import { defineScenario, employees, faults, mixed } from "floe";

export default defineScenario({
  story:
    "The sink is stopped and both of its consumer groups go back to the start, the one that Connect keeps and the coordinator's own. Measured on Iceberg 1.12.0: the records come twice as with the first group alone; the control events that are read again add nothing, as each table's snapshot says how far it has taken them in.",
  source: employees(),
  workload: mixed({ writers: 2, operationsPerSecond: 100, seconds: 7 }),
  faults: [faults.rewindSinkGroups({ when: { afterOperations: 400 }, groups: ["data", "coordinator"] })],
  expect: { lost: 0, duplicates: { equals: "rewound" }, "offset-went-back": { equals: "offsetsMoved" } },
});
