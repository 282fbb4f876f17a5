import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cacheFolder } from "#artifacts/cache.ts";
import { listScenarios } from "#run/find.ts";
import { loadScenarios } from "#run/load.ts";
import { account, runNamed } from "../pipeline/running.ts";

// The default one in CI; every one that is not slow with FLOE_DOCKER_TESTS=all (npm run test:docker:all).
const names = process.env["FLOE_DOCKER_TESTS"] === "all" ? await quickOnes() : ["baseline/employees-arrive"];

test.each(names)("%s comes out on containers as it says", async (name) => {
  const told = await runNamed(name);
  expect(["valid", "known-bug"], account(told)).toContain(told.verdict.verdict);
  expect(told.verdict.runtime).toBe("docker");
  expect(told.verdict.rerun).toContain("--runtime docker");
  for (const file of ["history.jsonl", "stages/ledger.parquet", "logs/mysql.log", "logs/connect-1.log"])
    if (!name.includes("separate")) expect(existsSync(join(told.folder, file)), file).toBe(true);
  expect(readFileSync(join(told.folder, "connectors/source.json"), "utf8")).toContain('"database.password": "***"');
});

async function quickOnes(): Promise<string[]> {
  const loaded = await loadScenarios(await listScenarios(), cacheFolder(process.env));
  return loaded.filter(({ scenario }) => scenario.tags?.includes("slow") !== true).map(({ file }) => file.name);
}
