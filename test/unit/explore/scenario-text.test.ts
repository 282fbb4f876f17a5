import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { drawPlan } from "#explore/draw.ts";
import { scenarioOf } from "#explore/plan.ts";
import { scenarioText } from "#explore/scenario-text.ts";
import { findScenarios } from "#run/find.ts";
import { loadScenario } from "#run/load.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";

// The test runner resolves the name `floe` for files of the project alone.
const own = join(process.cwd(), "runs", "explored");
afterAll(() => rm(own, { recursive: true, force: true }));

test("what is written is the scenario that was run, type-checked like any other", { timeout: 60_000 }, async () => {
  const folder = temporaryFolder();
  await mkdir(own, { recursive: true });
  const [file] = await findScenarios("baseline/employees-arrive", process.cwd());
  if (file === undefined) throw new Error("no scenario to stand on");
  const base = await loadScenario(file, folder);
  for (const number of [2, 6]) {
    const plan = drawPlan({ base, seed: 7, number });
    const path = join(own, `found-${number}.ts`);
    await writeFile(path, scenarioText({ plan, basePath: file.path, path, found: 'lost 12 × "salaries"' }));

    const written = await loadScenario({ name: "own/found", path }, folder);

    const run = scenarioOf(base, plan);
    expect(written.story).toContain('lost 12 × "salaries"');
    expect(written.workload).toEqual(run.workload);
    expect(written.faults?.map(({ label }) => label) ?? []).toEqual(run.faults?.map(({ label }) => label));
    expect(written.source.name).toBe(base.source.name);
  }
});
