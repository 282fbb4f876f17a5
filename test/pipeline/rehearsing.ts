import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Source } from "#core/source.ts";
import { allTypes } from "#fixtures/all-types/all-types.ts";
import { mixed } from "#fixtures/workloads.ts";
import { loadDefinitions, newestVersions } from "#lint/definitions.ts";
import { readConfiguration } from "#lint/read/file.ts";
import { fixtureFor } from "#rehearsal/captured.ts";
import { type Pair, pairsOf } from "#rehearsal/pairs.ts";
import { type Rehearsed, rehearse } from "#rehearsal/rehearse.ts";
import { defineScenario } from "#run/scenario.ts";
import { type PairFiles, pairFolder } from "./check-files.ts";
import { requestOf } from "./running.ts";

/** The pair of a folder's files. */
export function pairIn(folder: string): Pair {
  const names = ["mysql-source.json", "iceberg-sink.json"].map((name) => join(folder, name));
  const files = names.map((file) => readConfiguration({ file, text: readFileSync(file, "utf8") }));
  const judging = { definitions: loadDefinitions(newestVersions()), target: "production" as const };
  const [pair] = pairsOf(files, new Set(names), judging).pairs;
  if (pair === undefined) throw new Error(`no pair in ${folder}`);
  return pair;
}

/** Runs a pair, always with the same seed; on a fixture's tables unless told. */
export async function rehearsed(
  files: PairFiles,
  tables?: () => Source,
): Promise<{ readonly pair: Pair; readonly run: Rehearsed }> {
  const pair = pairIn(pairFolder(files));
  const scenario = defineScenario({ story: "", source: allTypes(), workload: mixed() });
  const { file: _file, scenario: _scenario, ...request } = requestOf({ file: { name: "", path: "" }, scenario });
  return {
    pair,
    run: await rehearse({
      pair,
      source: tables ?? (() => fixtureFor([pair.source])),
      request,
      rerun: "floe check",
      listen: () => undefined,
    }),
  };
}
