import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cacheFolder } from "#artifacts/cache.ts";
import { readLock } from "#artifacts/lock.ts";
import type { RunVerdict } from "#core/verdict.ts";
import { type IncidentRun, incidentsPage } from "#report/incidents.ts";
import { listScenarios } from "#run/find.ts";
import { loadScenarios } from "#run/load.ts";

// Writes docs/incidents.md. node bench/incidents.ts [--times 2]: runs every incident on every version set that it names.
// --from FOLDER, repeatable: takes the runs that are there instead.
const { values } = parseArgs({
  options: { from: { type: "string", multiple: true }, times: { type: "string", default: "2" } },
});
const files = (await listScenarios()).filter(({ name }) => name.startsWith("incidents/"));
const scenarios = await loadScenarios(files, cacheFolder(process.env));
const incidents = scenarios.flatMap(({ file: { name }, scenario: { incident, known = [] } }) =>
  incident === undefined ? [] : [{ name, ...incident, known: known.map(({ when }) => when) }],
);
const folders = values.from ?? [runAll()];
const page = incidentsPage({
  incidents,
  runs: folders.flatMap(runsIn),
  defaults: (await readLock()).default,
});
writeFileSync(join(import.meta.dirname, "..", "docs", "incidents.md"), page);

/** Runs all of them, one after the other, and gives the folder of their runs. */
function runAll(): string {
  const runs = mkdtempSync(join(tmpdir(), "floe-incidents-"));
  for (let time = 0; time < Number(values.times); time++)
    for (const { name, alsoOn = [] } of incidents)
      for (const set of [{}, ...alsoOn]) {
        const versions = Object.entries(set).flatMap(([axis, version]) => ["--set", `${axis}=${version}`]);
        spawnSync("./floe", ["scenario", name, ...versions, "--runs", runs], { stdio: "inherit" });
      }
  console.log(`the runs are in ${runs}`);
  return runs;
}

/** A run that somebody broke off, or that never found its servers, says nothing of its scenario. */
function runsIn(folder: string): IncidentRun[] {
  return globSync("incidents/*/*/verdict.json", { cwd: folder })
    .map((file): RunVerdict => JSON.parse(readFileSync(join(folder, file), "utf8")))
    .filter(({ error, versions }) => error?.[0]?.startsWith("INTERRUPTED") !== true && versions.kafka !== "");
}
