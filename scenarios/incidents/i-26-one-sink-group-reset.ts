import { accounts, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "An operator resets the sink's group to have everything written again. Reported for the sink before its gift to Apache: nothing came, because the coordinator's group was the one that counted (databricks#150). On Iceberg 1.12.0 the sink goes by Connect's group, and every record below its old offsets is appended again.",
  tags: ["incident"],
  incident: {
    reported: ["databricks/iceberg-kafka-connect#150"],
    shows: "one of the two groups is reset: reported to replay nothing, here everything comes again",
  },
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  faults: [faults.rewindSinkGroups({ when: { afterOperations: 200 }, groups: ["data"] })],
  expect: { lost: 0, duplicates: { equals: "rewound" }, "offset-went-back": { equals: "offsetsMoved" } },
});
