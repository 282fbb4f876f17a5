import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCheck, verdictOf } from "#checks/check.ts";
import { prepare } from "#checks/prepare.ts";
import { monotonicMs } from "#core/clock.ts";
import type { RunSql } from "#core/ports.ts";
import type { CheckVerdict } from "#core/verdict.ts";
import { everyCheck } from "#run/checks.ts";
import { openDuckdb } from "#stages/duckdb/client.ts";
import { type LargeHistory, largeHistory } from "./large-history.ts";
import { machine } from "./running.ts";

// How long a run of 100,000 operations is judged, from its files on the disk to the last check's verdict, with DuckDB held
// to 1 GB: once as it should be, once with each fiftieth row of the lake left out. Another number as the first argument.
const operations = Number(process.argv[2] ?? 100_000);
const budgetMs = 10_000;

const folder = await mkdtemp(join(tmpdir(), "floe-judge-"));
try {
  const valid = await measure("valid", await largeHistory({ folder: join(folder, "valid"), operations }));
  const red = await measure("red", await largeHistory({ folder: join(folder, "red"), operations, missingEvery: 50 }));
  const asExpected = valid.verdict === "valid" && red.verdict === "invalid";
  process.exitCode = asExpected && Math.max(valid.tookMs, red.tookMs) <= budgetMs ? 0 : 1;
} finally {
  await rm(folder, { recursive: true });
}

async function measure(label: string, { files, inputs }: LargeHistory): Promise<{ verdict: string; tookMs: number }> {
  using duckdb = await openDuckdb({ memoryLimit: "1GB", spillFolder: join(folder, "spill") });
  const statements: { readonly sql: string; readonly ms: number }[] = [];
  const timed: RunSql = async (sql) => {
    const sinceMs = monotonicMs();
    const rows = await duckdb.rows(sql);
    statements.push({ sql, ms: monotonicMs() - sinceMs });
    return rows;
  };
  const [sinceMs, cpu] = [monotonicMs(), process.cpuUsage()];
  const prepared = await runCheck(prepare(inputs, files), timed);
  const preparedMs = monotonicMs() - sinceMs;
  const verdicts: CheckVerdict[] = [];
  for (const check of everyCheck)
    verdicts.push(await verdictOf({ name: check.name, check: check(prepared.inputs) }, timed));
  const tookMs = monotonicMs() - sinceMs;
  const { user, system } = process.cpuUsage(cpu);
  const verdict = verdicts.map((check) => check.verdict).find((name) => name !== "valid") ?? "valid";
  console.log(
    `${label}: ${operations} operations judged in ${Math.round(tookMs)} ms, ${Math.round(preparedMs)} of them to prepare`,
  );
  console.log(`  verdict ${verdict}; ${Math.round((user + system) / 1000)} ms of CPU; ${machine()}`);
  for (const { note = "", anomalies } of verdicts)
    console.log(`  ${note}${anomalies.map(({ class: name, hop, count }) => `; ${name} ${hop} ${count}`).join("")}`);
  for (const { sql, ms } of statements.toSorted((left, right) => right.ms - left.ms).slice(0, 10))
    console.log(`  ${String(Math.round(ms)).padStart(6)} ms  ${sql.replaceAll(/\s+/g, " ").slice(0, 110)}`);
  return { verdict, tookMs };
}
