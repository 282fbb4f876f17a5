import { checks, defineScenario, employees, faults, mixed } from "floe";

export default defineScenario({
  story:
    "Somebody deletes the sink's control topic while it runs (databricks/iceberg-kafka-connect#187). The connector and its tasks stay RUNNING, and no table gets a snapshot any more. Otherwise seen: where the deletion met the coordinator in a transaction, its producer gave that up after a minute (max.block.ms), and the task failed; and so it did where it met the coordinator storing its offset, which it tried until it was out of its group.",
  tags: ["incident"],
  incident: {
    reported: ["databricks/iceberg-kafka-connect#187"],
    shows: "the control topic is deleted: all stays RUNNING, and no table gets a snapshot any more",
  },
  source: employees({ employees: 200 }),
  workload: mixed({ writers: 2, operationsPerSecond: 50, seconds: 8 }),
  // Between two rounds of commits: in one, the coordinator would go on storing its offset, and fail when it is out of its group.
  faults: [
    faults.topics.remove({ when: { afterOperations: 100, event: { control: "commit-complete" } }, topic: "control" }),
  ],
  // A lake that stands still is stale in what was updated, and alive in what was deleted: which rows, is chance.
  checks: [checks.changelog()],
  // Less than that minute.
  settleWithinMs: 40_000,
  known: [{ issue: "databricks/iceberg-kafka-connect#187", when: { iceberg: "<=1.12.0" }, anomaly: "lost" }],
});
