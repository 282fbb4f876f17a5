import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { account, runNamed } from "./running.ts";

// Each of the project's own scenarios on a stack of its own; the slow ones have a script of theirs (npm run test:slow).
const names = [
  "baseline/employees-arrive",
  "baseline/file-positions",
  "baseline/hadoop-catalog",
  "baseline/projected-columns",
  "baseline/separate-connect-clusters",
  "baseline/three-partitions-two-tasks",
  "baseline/unwrapped-records",
  "baseline/unwrapped-without-deletes",
  "baseline/whole-envelope",
  "schema/column-added-mid-stream",
  "schema/column-type-widened",
  "faults/connect-worker-killed",
  "offsets/source-rewound",
  "offsets/sink-group-rewound",
  "offsets/both-sink-groups-rewound",
  "incidents/i-11-commit-made-but-answered-502",
  "faults/data-file-answered-slow-down",
  "faults/transaction-answered-not-coordinator",
];

describe("the project's scenarios come out as they say", () => {
  for (const name of names) {
    test(name, async () => {
      const told = await runNamed(name);
      expect(["valid", "known-bug"], account(told)).toContain(told.verdict.verdict);
      for (const file of [
        "history.jsonl",
        "stages/ledger.parquet",
        "stages/topics.parquet",
        "stages/control.parquet",
        "connectors/source.json",
        "logs/mysql.log",
      ]) {
        expect(existsSync(join(told.folder, file)), file).toBe(true);
      }
      const evidence = readFileSync(join(told.folder, "connectors/source.json"), "utf8");
      expect(evidence).toContain('"database.password": "***"');
    });
  }
});
