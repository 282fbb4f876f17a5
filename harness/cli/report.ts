import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { onPath } from "#artifacts/programs.ts";
import { messageOf, usageError } from "#core/errors.ts";
import { run as runProgram } from "#process/run.ts";
import { writeReport } from "#report/html/write.ts";
import { writeRunsReport } from "#report/html/write-runs.ts";
import { latestRun } from "#run/folder.ts";
import { openRun } from "#run/open-run.ts";

const flags = z.object({ all: z.boolean().default(false), runs: z.string() });

/** `floe report`: the page of a run, or the page over all of them. Prints its path, and opens it where a person can look. */
export function addReport(program: Command): void {
  program
    .command("report")
    .description("open the report of a run: its folder, or `latest`")
    .argument("[run]", "which one", "latest")
    .option("--all", "a page over all runs")
    .option("--runs <folder>", "where the evidence is", join(process.cwd(), "runs"))
    .action(async (name: string, options: unknown) => {
      const { all, runs } = flags.parse(options);
      const file = all ? await writeRunsReport(runs) : await reportOf(await folderOf(name, runs));
      console.log(file);
      await open(file);
    });
}

export async function folderOf(name: string, runs: string): Promise<string> {
  if (name === "latest") return latestRun(runs);
  const [folder] = [resolve(name), join(runs, name), dirname(resolve(name))].filter((place) =>
    existsSync(join(place, "history.jsonl")),
  );
  if (folder !== undefined) return folder;
  throw usageError({
    code: "NO_RUN",
    what: `${name} is no run`,
    expected: "a folder with a history.jsonl, or latest",
    remedy: "./floe report --all shows every run",
  });
}

/** A run that was cut off left no report: then one is made of what it did leave. */
async function reportOf(folder: string): Promise<string> {
  const file = join(folder, "report.html");
  if (existsSync(file)) return file;
  using run = await openRun(folder);
  return await writeReport({ folder, rows: run.rows });
}

async function open(file: string): Promise<void> {
  const mac = process.platform === "darwin";
  const display = mac || (process.env["DISPLAY"] ?? process.env["WAYLAND_DISPLAY"] ?? "") !== "";
  const command = mac ? "open" : "xdg-open";
  if (!display || onPath(command) === undefined) return;
  try {
    await runProgram({
      command,
      args: [file],
      what: "open the report",
      withinMs: 10_000,
      remedy: "open the file in a browser",
    });
  } catch (error) {
    console.error(messageOf(error));
  }
}
