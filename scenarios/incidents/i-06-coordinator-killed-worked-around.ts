import { defineScenario, employees, faults, mixed } from "floe";

// The first commit is to have something to commit: one of nothing stores the coordinator's offsets already.
const late = { "iceberg.control.commit.interval-ms": "15000" };

export default defineScenario({
  story:
    "The same blow with iceberg.kafka.auto.offset.reset=earliest, as connectors/iceberg-sink.json has it: the next coordinator reads the announcement again, and registers the files (apache/iceberg#18006).",
  tags: ["incident"],
  incident: {
    reported: ["apache/iceberg#18006"],
    shows: "iceberg.kafka.auto.offset.reset=earliest: the next coordinator registers them",
  },
  source: employees({ employees: 200 }),
  workload: mixed({ writers: 2, operationsPerSecond: 50, seconds: 8 }),
  pipeline: { sink: late },
  faults: [
    faults.hold(
      "sink->catalog",
      { event: { control: "start-commit" }, on: { kind: "commit" } },
      faults.kill("connect-1", { atMs: 0, restartAfterMs: 0 }),
    ),
  ],
});
