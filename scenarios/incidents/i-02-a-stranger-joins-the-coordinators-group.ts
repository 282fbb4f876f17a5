import { defineScenario, employees, faults, mixed } from "floe";

export default defineScenario({
  story:
    "A second consumer joins the group of the sink's coordinator when two of three tasks have told of their files and the third is late with its own (apache/iceberg#17340, #16282: the same file in two snapshots, 111,927 rows twice). The coordinator is set back to its stored offset and hears again what it has heard already: on 1.11.0 the two tasks' second word passes for the third one's, it commits too early, stores offsets from before the files that it commits, and commits those files again. 1.12.0 does not. A stranger that joins while the commit itself stands harms neither.",
  tags: ["incident"],
  incident: {
    reported: ["apache/iceberg#17340", "apache/iceberg#16282", "apache/iceberg#13763"],
    shows:
      "a stranger in the coordinator's group while one of three tasks is late: 1.11.0 has the other tasks' files in two snapshots, 1.12.0 in one",
    alsoOn: [{ iceberg: "1.11.0" }],
  },
  source: employees({ employees: 200 }),
  workload: mixed({ writers: 2, operationsPerSecond: 150, seconds: 15 }),
  pipeline: {
    partitions: 3,
    sinkTasks: 3,
    sink: {
      // Long enough for each task to have something of each table.
      "iceberg.control.commit.interval-ms": "3000",
      // A commit that timed out would be made without the late one: another story.
      "iceberg.control.commit.timeout-ms": "60000",
    },
  },
  faults: [
    faults.hold(
      "sink->object-store",
      // Between two rounds: no task has begun with its files of the next one.
      { event: { control: "commit-complete" }, afterOperations: 100, on: { kind: "put-data-file" }, forMs: 3_000 },
      // The other two have told of theirs.
      faults.groups.stranger({
        when: { event: { control: "data-complete", nth: 2 } },
        group: "coordinator",
        forMs: 3_000,
      }),
    ),
  ],
  known: [{ issue: "apache/iceberg#17340", when: { iceberg: "<=1.11.0" }, anomaly: "double-registered-file" }],
});
