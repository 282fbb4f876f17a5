import { defineScenario, employees, faults, mixed } from "floe";

const when = { event: { control: "commit-to-table", table: "salaries", nth: 2 } } as const;

export default defineScenario({
  story:
    "All snapshots but the current one are expired, and with them what they say of the sink's offsets; then the worker dies (apache/iceberg#18006, its limitation). On 1.12.0 nothing comes twice: the current snapshot still says how far its table is.",
  tags: ["incident"],
  incident: {
    reported: ["apache/iceberg#18006"],
    shows: "all but the current snapshot expire, then the worker dies: nothing comes twice",
  },
  source: employees({ employees: 200 }),
  workload: mixed({ writers: 2, operationsPerSecond: 50, seconds: 12 }),
  faults: [
    faults.sequence({
      when,
      faults: [
        faults.lake.expireAllButCurrent({ when, table: "salaries" }),
        faults.kill("connect-1", { atMs: 0, restartAfterMs: 0 }),
      ],
    }),
  ],
});
