import { defineScenario, employees, faults, mixed } from "floe";

export default defineScenario({
  story:
    "A second consumer joins the group of the sink's coordinator after the tasks have told of their files and before these are committed (apache/iceberg#17340, #16282: the same file in two snapshots, 111,927 rows twice). Reported for Iceberg 1.11.0 and before. Run here with the commit held while the stranger joins, 1.11.0 and 1.12.0 both come out right: the group is given out anew only after the commit, whose offsets are stored by then.",
  tags: ["incident"],
  source: employees({ employees: 200 }),
  workload: mixed({ writers: 2, operationsPerSecond: 50, seconds: 8 }),
  pipeline: { partitions: 3, sinkTasks: 2 },
  faults: [
    faults.hold(
      "sink->catalog",
      { afterOperations: 60, on: { kind: "commit", table: "salaries" } },
      faults.groups.stranger({ when: { atMs: 0 }, group: "coordinator", forMs: 2_000 }),
    ),
  ],
});
