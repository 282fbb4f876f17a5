import { createReadStream } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { environmentError, systemCode } from "#core/errors.ts";
import type { RunSql } from "#core/ports.ts";
import type { Configuration } from "./data.ts";
import type { ServerLog } from "./extracts.ts";
import { readHistory, readVerdict } from "./history-lines.ts";
import { renderReport } from "./render.ts";
import { type RunEvidence, reportData } from "./report-data.ts";

export interface ReportOptions {
  /** The run's folder. */
  readonly folder: string;
  /** Asks DuckDB, which has the run's evidence as the relations that `RunEvidence` names. */
  readonly rows: RunSql;
}

/** Writes `report.html` into a run's folder, from what is there, and gives its path. */
export async function writeReport({ folder, rows }: ReportOptions): Promise<string> {
  const file = join(folder, "report.html");
  const page = renderReport(await reportData({ ...(await readRun(folder)), rows }));
  try {
    await writeFile(file, page);
  } catch (error) {
    throw environmentError({
      code: systemCode(error) === "ENOSPC" ? "DISK_FULL" : "RUN_FOLDER",
      what: `${file} could not be written`,
      got: systemCode(error),
      remedy: "free some room, or look at the rights of the folder",
      cause: error,
    });
  }
  return file;
}

/** What a run's folder holds; whatever is not there is empty, as a run may break at any moment. */
export async function readRun(folder: string): Promise<Omit<RunEvidence, "rows">> {
  const verdict = await textOf(join(folder, "verdict.json"));
  return {
    history: readHistory((await textOf(join(folder, "history.jsonl"))) ?? ""),
    verdict: verdict === undefined ? undefined : readVerdict(verdict),
    configurations: await configurationsOf(join(folder, "connectors")),
    logs: await logsOf(join(folder, "logs")),
  };
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

async function configurationsOf(folder: string): Promise<Configuration[]> {
  const names = (await filesOf(folder)).filter((name) => name.endsWith(".json"));
  const all = await Promise.all(
    names.map(async (name) => {
      const sent = configuration.safeParse(jsonOf(await readFile(join(folder, name), "utf8")));
      return sent.success ? [{ name: name.replace(/\.json$/, ""), entries: Object.entries(sent.data) }] : [];
    }),
  );
  // The way the data goes.
  return all.flat().toSorted((left, right) => (left.name > right.name ? -1 : 1));
}

const configuration = z.record(z.string(), z.coerce.string());

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Read a line at a time: a worker's log may have hundreds of megabytes. */
async function logsOf(folder: string): Promise<ServerLog[]> {
  const names = (await filesOf(folder)).filter((name) => name.endsWith(".log"));
  return names.map((name) => ({
    server: name.replace(/\.log$/, ""),
    lines: linesOf(join(folder, name)),
  }));
}

/** Opened when the first line is asked for: an interface drops the lines that come before anybody listens. */
async function* linesOf(file: string): AsyncGenerator<string> {
  yield* createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
}

async function filesOf(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}
