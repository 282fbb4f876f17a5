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

// Writes docs/incidents.md. node bench/incidents.ts [--times 2] [--runs FOLDER] [NAME…]: runs the incidents, or those whose
// names hold one of these, on every version set that they name, and adds to what is in the folder.
// --from FOLDER, repeatable: runs nothing, and takes what is there.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    from: { type: "string", multiple: true },
    runs: { type: "string" },
    times: { type: "string", default: "2" },
  },
});
const files = (await listScenarios()).filter(({ name }) => name.startsWith("incidents/"));
const scenarios = await loadScenarios(files, cacheFolder(process.env));
const incidents = scenarios.flatMap(({ file: { name }, scenario: { incident, known = [] } }) =>
  incident === undefined ? [] : [{ name, ...incident, known: known.map(({ when }) => when) }],
);
const folders = values.from ?? [runThem()];
const page = incidentsPage({
  incidents,
  runs: folders.flatMap(runsIn),
  defaults: (await readLock()).default,
});
writeFileSync(join(import.meta.dirname, "..", "docs", "incidents.md"), page);

/** One after the other. Gives the folder of their runs. */
function runThem(): string {
  const runs = values.runs ?? mkdtempSync(join(tmpdir(), "floe-incidents-"));
  const wanted = incidents.filter(
    ({ name }) => positionals.length === 0 || positionals.some((part) => name.includes(part)),
  );
  for (let time = 0; time < Number(values.times); time++)
    for (const { name, alsoOn = [] } of wanted)
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
