import { defaultParts } from "#artifacts/resolve.ts";
import { monotonicMs } from "#core/clock.ts";
import { deadlineIn, notYet, pause, poll, seen } from "#core/deadline.ts";
import { seededRandom } from "#core/random.ts";
import { employees } from "#fixtures/employees/employees.ts";
import { mixed } from "#fixtures/workloads.ts";
import { openLake, openMysql } from "#pipeline";
import type { FaultContext } from "#run/context.ts";
import { defineScenario } from "#run/scenario.ts";
import { openDuckdb } from "#stages/duckdb/client.ts";
import { machine, measureRun, spread } from "./running.ts";

// From the commit of a single INSERT to its row seen by DuckDB: 30 inserts on a settled pipeline, at moments spread over
// the sink's beat. An insert that follows the last one's arrival at once always comes just after a commit, and waits the
// whole beat: 1.25 s each time.
const inserts = 30;
const beatMs = 1_330;
const latenciesMs: number[] = [];

const told = await measureRun(
  defineScenario({
    story: "Single inserts, timed.",
    source: employees(),
    workload: mixed({ writers: 1, operationsPerSecond: 1, seconds: 90 }),
    faults: [
      {
        label: "time single inserts",
        when: { atMs: 5_000 },
        inject: async (context) => {
          await timeInserts(context);
          return { heal: async () => undefined, proof: async () => `${latenciesMs.length} timed` };
        },
      },
    ],
    checks: [],
  }),
);
console.log(`verdict ${told.verdict.verdict}; ${machine()}`);
console.log(`commit to visible, ${latenciesMs.length} single inserts: ${spread(latenciesMs, 0)} ms`);
process.exit(latenciesMs.length === inserts ? 0 : 1);

async function timeInserts({ stack, pipeline }: FaultContext): Promise<void> {
  const parts = await defaultParts();
  const duckdb = await openDuckdb({ extensionsFolder: parts.duckdbExtensions.folder });
  using lake = await openLake({ stack, spec: pipeline.spec, duckdb });
  await using mysql = await openMysql(stack, pipeline.spec.names.database);
  const random = seededRandom("latency");
  for (let number = 0; number < inserts; number++) {
    const key = 900_000_000 + number;
    await pause(random.int(0, beatMs));
    await mysql.execute(`INSERT INTO employees VALUES (${key}, '1960-01-01', 'Ada', 'Timed', 'F', '1990-01-01')`);
    const committedMs = monotonicMs();
    await poll({
      what: `row ${key} in the lake`,
      deadline: deadlineIn(30_000),
      everyMs: 20,
      look: async () => {
        const [row] = await lake.rows(`SELECT count(*) AS n FROM ${lake.relation("employees")} WHERE emp_no = ${key}`);
        return row?.["n"] === "1" ? seen(undefined) : notYet("not there");
      },
    });
    latenciesMs.push(monotonicMs() - committedMs);
  }
}
