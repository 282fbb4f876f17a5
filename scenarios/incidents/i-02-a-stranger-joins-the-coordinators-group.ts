import { defineScenario, employees, faults, mixed } from "floe";

export default defineScenario({
  story:
    "A second consumer joins the group of the sink's coordinator when two of three tasks have told of their files and the third is late with its own (apache/iceberg#17340, #16282: the same file in two snapshots, 111,927 rows twice). The coordinator is set back to its stored offset and hears again what it has heard already: on 1.11.0 the two tasks' second word passes for the third one's, it commits too early, stores offsets from before the files that it commits, and commits those files again. 1.12.0 does not. A stranger that joins while the commit itself stands harms neither.",
  tags: ["incident"],
  source: employees({ employees: 200 }),
  workload: mixed({ writers: 2, operationsPerSecond: 60, seconds: 12 }),
  // A commit that timed out would be made without the late one: another story.
  pipeline: { partitions: 3, sinkTasks: 3, sink: { "iceberg.control.commit.timeout-ms": "20000" } },
  faults: [
    faults.hold(
      "sink->object-store",
      { afterOperations: 100, on: { kind: "put-data-file" }, forMs: 3_000 },
      // The other two are done by then.
      faults.groups.stranger({ when: { atMs: 1_500 }, group: "coordinator", forMs: 3_000 }),
    ),
  ],
  known: [{ issue: "apache/iceberg#17340", when: { iceberg: "<=1.11.0" }, anomaly: "double-registered-file" }],
});
