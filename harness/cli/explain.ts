import { join } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { runCheck } from "#checks/check.ts";
import { keysLike, type LifeEvent, lifeOf } from "#checks/life.ts";
import { usageError } from "#core/errors.ts";
import { visibleText } from "#report/visible-text.ts";
import { openRun } from "#run/open-run.ts";
import { folderOf } from "./report.ts";

const flags = z.object({ run: z.string(), runs: z.string(), json: z.boolean().default(false) });

/** `floe explain <table> <key>`: the life of one row through all stages of a run. */
export function addExplain(program: Command): void {
  program
    .command("explain")
    .description("tell the life of one row through all stages of a run, with times")
    .argument("<table>")
    .argument("<key>", "as `emp_no=10001`, or its first value")
    .option("--run <folder>", "which run", "latest")
    .option("--runs <folder>", "where the evidence is", join(process.cwd(), "runs"))
    .option("--json", "the events as JSON")
    .action(async (table: string, asked: string, options: unknown) => {
      const { run: name, runs, json } = flags.parse(options);
      using run = await openRun(await folderOf(name, runs));
      const keys = await runCheck(keysLike(table, asked), run.rows);
      const [key] = keys;
      if (key === undefined) throw neverSeen(table, asked);
      const events = await runCheck(lifeOf(table, key), run.rows);
      console.log(
        json ? JSON.stringify({ table, key, events }, undefined, 2) : lifeLines({ table, key, events }).join("\n"),
      );
      if (!json && keys.length > 1) console.log(`also: ${keys.slice(1).join(" | ")}`);
    });
}

function neverSeen(table: string, key: string): Error {
  return usageError({
    code: "ROW_UNKNOWN",
    what: `no stage of this run has seen ${key} of ${table}`,
    expected: "a table and a key as the ledger spells it: emp_no=10001, from_date=1990-01-01",
    remedy: `./floe sql --run latest 'SELECT DISTINCT "table", key FROM topics LIMIT 20'`,
  });
}

/** `+ 1,234 ms` is since the event before. */
export function lifeLines({
  table,
  key,
  events,
}: {
  table: string;
  key: string;
  events: readonly LifeEvent[];
}): string[] {
  const lines = events.map(({ atMs, stage, text }, at) => {
    const before = events[at - 1]?.atMs ?? atMs;
    const time = atMs === 0 ? "no time" : new Date(atMs).toISOString().slice(11, 23);
    const since = atMs === 0 ? "" : `+${(atMs - before).toLocaleString("en")} ms`;
    return `  ${time.padEnd(12)} ${since.padStart(10)}  ${stage.padEnd(7)} ${text}`;
  });
  return [`${table} ${key}`, ...lines].map(visibleText);
}
