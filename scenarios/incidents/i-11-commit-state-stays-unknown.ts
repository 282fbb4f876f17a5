import { defineScenario, employees, faults, mixed } from "floe";

const table = "salaries";

export default defineScenario({
  story:
    "The catalog makes a commit, a gateway answers 502, and when the sink looks whether its snapshot is in the table, it is told 401. Measured on Iceberg 1.12.0: the coordinator ends with CommitStateUnknownException and the task FAILS until somebody restarts it; then the table's own offsets keep the files from being appended again.",
  source: employees(),
  workload: mixed({ writers: 2, operationsPerSecond: 200, seconds: 30 }),
  faults: [
    faults.hold("sink->catalog", { afterOperations: 400, on: { kind: "commit", table } }, [
      faults.http("sink->catalog", {
        atMs: 0,
        on: { kind: "commit", table, times: 1 },
        do: { forwardThenAnswer: { status: 502 } },
      }),
      faults.http("sink->catalog", {
        atMs: 0,
        on: { kind: "load-table", table, times: 1 },
        do: { answer: { status: 401 } },
      }),
    ]),
    faults.restart("connect-1", { afterOperations: 4_000 }),
  ],
  expect: { lost: 0, duplicates: 0 },
});
