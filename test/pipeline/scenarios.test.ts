import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { runBatch, type Unheard } from "#run/batch.ts";
import { account, requestFor, run, type Told } from "./running.ts";

// The project's own scenarios as `./floe scenario` runs several: two at once, those that can on one stack. The slow ones have a
// script of theirs (npm run test:slow), the incidents, too.
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
  "faults/captured-from-a-lagging-replica",
  "faults/connect-worker-killed",
  "offsets/source-rewound",
  "offsets/sink-group-rewound",
  "offsets/both-sink-groups-rewound",
  "offsets/snapshot-asked-for-incremental",
  "incidents/i-11-commit-made-but-answered-502",
  "faults/data-file-answered-slow-down",
  "faults/replica-promoted-behind-the-source",
  "faults/retention-ahead-of-the-sink",
  "faults/transaction-answered-not-coordinator",
];

const told = new Map(names.map((name) => [name, Promise.withResolvers<Told>()]));

beforeAll(async () => {
  const requests = (await Promise.all(names.map(requestFor))).map(inTurnsOfTheMachine);
  const tell = async (request: Unheard) => {
    const { name } = request.file;
    await run(request).then(told.get(name)?.resolve, told.get(name)?.reject);
  };
  void runBatch({ requests, jobs: 2, signal: new AbortController().signal, run: tell });
});

/** Seconds say little where a machine's cores are shared: the time to recover is held against the start of the stack. */
function inTurnsOfTheMachine(request: Unheard): Unheard {
  const { scenario } = request;
  if (scenario.expect?.recoverWithinMs === undefined) return request;
  return { ...request, scenario: { ...scenario, expect: { ...scenario.expect, recoverWithinMs: 120_000 } } };
}

// The first of them to be asked for may be the last to be run.
describe("the project's scenarios come out as they say", { timeout: 900_000 }, () => {
  for (const name of names) {
    test(name, async () => {
      const one = await told.get(name)?.promise;
      if (one === undefined) throw new Error(`nothing was told of ${name}`);
      expect(["valid", "known-bug"], account(one)).toContain(one.verdict.verdict);
      for (const file of [
        "history.jsonl",
        "stages/ledger.parquet",
        "stages/topics.parquet",
        "stages/control.parquet",
        "connectors/source.json",
        "logs/mysql.log",
      ]) {
        expect(existsSync(join(one.folder, file)), file).toBe(true);
      }
      const evidence = readFileSync(join(one.folder, "connectors/source.json"), "utf8");
      expect(evidence).toContain('"database.password": "***"');
    });
  }

  test("and rows flow again after a kill within six times what the stack takes to start", async () => {
    const one = await told.get("faults/connect-worker-killed")?.promise;
    expect(one?.verdict.recoverMs).toBeLessThan(6 * (one?.verdict.timings.stackReadyMs ?? 0));
  });
});
