import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { runCheck } from "#checks/check.ts";
import { asFarAsItGoes } from "#checks/cut-off.ts";
import { systemCode, usageError } from "#core/errors.ts";
import { nothingLeftOut } from "#core/pipeline-spec.ts";
import type { CheckVerdict } from "#core/verdict.ts";
import { openRun } from "./open-run.ts";

/** What a pipeline was, as `pipeline.json` tells from the run's start on. */
const told = z.object({
  shape: z.enum(["envelope", "unwrapped", "unwrapped-rewrite", "debezium-transform"]),
  tables: z.array(z.string()),
  projection: z.object({ filters: z.record(z.string(), z.string()) }),
  names: z.object({
    database: z.string(),
    sinkGroup: z.string(),
    coordinatorGroup: z.string(),
    sourceConnector: z.string(),
    sinkConnector: z.string(),
  }),
});

/** Judges a run whose harness was killed, by what it had written until then. */
export async function judgeAgain(folder: string): Promise<CheckVerdict> {
  const { shape, names, tables, projection } = await pipelineOf(folder);
  using run = await openRun(folder);
  const inputs = {
    pipeline: { shape, names, projection: { ...nothingLeftOut, filters: projection.filters } },
    tables: tables.map((name) => ({ name, columns: [], primaryKey: [] })),
    lake: () => undefined,
    lakeTellsFiles: false,
    manifestLists: new Map(),
    recordedFrom: new Map(),
    droppedColumns: new Map(),
    source: () => "",
  };
  return await runCheck(asFarAsItGoes(inputs), run.rows);
}

async function pipelineOf(folder: string): Promise<z.infer<typeof told>> {
  try {
    return told.parse(JSON.parse(await readFile(join(folder, "pipeline.json"), "utf8")));
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    throw usageError({
      code: "NOTHING_TO_JUDGE",
      what: `${folder} has no pipeline.json: the run ended before its pipeline was made`,
      remedy: "see its history.jsonl for how far it came",
      cause: error,
    });
  }
}
