import { defineScenario, employees, faults, mixed } from "floe";

// The first commit is to have something to commit: one of nothing stores the coordinator's offsets already.
const late = { "iceberg.control.commit.interval-ms": "15000" };

export default defineScenario({
  story:
    "A worker dies between the first data file that a task announces and the first commit of its coordinator. The next coordinator has no stored offset and begins at the control topic's end, as iceberg.kafka.auto.offset.reset=latest, the default, has it: the files are never registered, though the source offsets have moved past their rows (apache/iceberg#18006). Seen here on 1.12.0, each time.",
  tags: ["incident"],
  incident: {
    reported: ["apache/iceberg#18006"],
    shows:
      "a worker dies before the first commit: files are never registered, their rows are lost, the offsets are past them",
  },
  source: employees({ employees: 200 }),
  workload: mixed({ writers: 2, operationsPerSecond: 50, seconds: 8 }),
  pipeline: { sink: { ...late, "iceberg.kafka.auto.offset.reset": "latest" } },
  faults: [
    faults.hold(
      "sink->catalog",
      { event: { control: "start-commit" }, on: { kind: "commit" } },
      faults.kill("connect-1", { atMs: 0, restartAfterMs: 0 }),
    ),
  ],
  known: [
    { issue: "apache/iceberg#18006", when: { iceberg: "<=1.12.0" }, anomaly: "lost" },
    { issue: "apache/iceberg#18006", when: { iceberg: "<=1.12.0" }, anomaly: "orphan-file" },
  ],
});
