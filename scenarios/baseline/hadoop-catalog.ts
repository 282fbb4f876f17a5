import { defineScenario, employees, mixed } from "floe";

export default defineScenario({
  story:
    "No catalog service: the sink keeps its tables in a Hadoop catalog, as the older guides do, and the current metadata is whatever the version hint in the bucket names.",
  source: employees(),
  workload: mixed({ writers: 2, operations: 300 }),
  pipeline: { catalog: "hadoop" },
  expect: { lost: 0, duplicates: 0 },
});
