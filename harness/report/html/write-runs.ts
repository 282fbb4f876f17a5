import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { environmentError, systemCode } from "#core/errors.ts";
import { headlineOf } from "./headline.ts";
import { readHistory, readVerdict } from "./history-lines.ts";
import { type RunSummary, renderRuns } from "./runs.ts";

/** Writes `report.html` over all runs into the folder that has them, and gives its path. */
export async function writeRunsReport(runs: string): Promise<string> {
  const file = join(runs, "report.html");
  try {
    const folders = await runFolders(runs, deepest);
    const summaries = await Promise.all(folders.map((folder) => summaryOf(runs, folder)));
    await writeFile(file, renderRuns(summaries));
  } catch (error) {
    throw environmentError({
      code: systemCode(error) === "ENOENT" ? "NO_RUN" : "RUN_FOLDER",
      what: systemCode(error) === "ENOENT" ? `there is no run in ${runs} yet` : `${file} could not be written`,
      got: systemCode(error),
      remedy: "./floe scenario, or name another folder with --runs FOLDER",
      cause: error,
    });
  }
  return file;
}

/** `runs/<theme>/<scenario>/<time>`, and a level more for scenarios from elsewhere. */
const deepest = 5;

/** The folders with a history. Links are not followed: `latest` would be there twice. */
async function runFolders(folder: string, depth: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  if (entries.some(({ name }) => name === "history.jsonl")) return [folder];
  if (depth === 0) return [];
  const inner = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => runFolders(join(folder, name), depth - 1));
  return (await Promise.all(inner)).flat();
}

async function summaryOf(runs: string, folder: string): Promise<RunSummary> {
  const { events } = readHistory(await readFile(join(folder, "history.jsonl"), "utf8"));
  const verdictFile = join(folder, "verdict.json");
  const verdict = existsSync(verdictFile) ? readVerdict(await readFile(verdictFile, "utf8")) : undefined;
  const headline = headlineOf({ events, verdict });
  return {
    path: relative(runs, folder).split(sep).join("/"),
    verdict: headline.verdict,
    scenario: headline.scenario,
    seed: headline.seed,
    startedWallMs: headline.startedWallMs,
    totalMs: headline.totalMs,
    recoverMs: headline.recoverMs,
    reason: headline.verdict === "valid" ? "" : (headline.reason[0] ?? ""),
    hasReport: existsSync(join(folder, "report.html")),
  };
}
