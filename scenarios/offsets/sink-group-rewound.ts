import { defineScenario, employees, faults, mixed } from "floe";

export default defineScenario({
  story:
    "The sink is stopped and the consumer group that Connect keeps for it goes back to the start, as a plain offset reset does; the coordinator's own group stays where it is. Measured on Iceberg 1.12.0: the sink goes by this group, so every record below its old offsets is appended again.",
  source: employees(),
  workload: mixed({ writers: 2, operationsPerSecond: 100, seconds: 7 }),
  faults: [faults.rewindSinkGroups({ when: { afterOperations: 400 }, groups: ["data"] })],
  expect: { lost: 0, duplicates: { equals: "rewound" }, "offset-went-back": { equals: "offsetsMoved" } },
});
