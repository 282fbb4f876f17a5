import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findScenarios } from "#run/find.ts";
import { loadScenarios } from "#run/load.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";

test("several files are type-checked together, and the broken one is named", { timeout: 120_000 }, async () => {
  const folder = temporaryFolder();
  const bad = { name: "own/bad", path: join(folder, "bad.ts") };
  writeFileSync(bad.path, 'import { defineScenario } from "floe";\n\nexport default defineScenario({ story: 1 });\n');
  const [good = bad] = await findScenarios("baseline/employees-arrive", folder);

  await expect(loadScenarios([good, bad], folder)).rejects.toMatchObject({
    code: "SCENARIO_INVALID",
    message: `${bad.path} does not compile`,
    evidence: [expect.stringMatching(/bad\.ts\(3,\d+\): error TS2322/)],
  });
  const [loaded] = await loadScenarios([good], folder);
  expect(loaded).toMatchObject({ file: good, scenario: { kind: "floe-scenario" } });
});
