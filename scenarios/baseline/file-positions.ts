import { defineScenario, employees, mixed } from "floe";

export default defineScenario({
  story:
    "MySQL runs with GTIDs off, as many old servers do: a change is known by its binlog file and position alone, in the ledger as in the connector's offsets.",
  source: employees(),
  workload: mixed({ writers: 2, operations: 600 }),
  pipeline: { positions: "file" },
  expect: { lost: 0, duplicates: 0 },
});
