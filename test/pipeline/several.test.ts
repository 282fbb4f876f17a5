import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "floe-several-"));

/** Writes a tiny scenario and gives its path. */
function made(name: string, pipeline: object): string {
  const file = join(folder, `${name}.ts`);
  const text = `import { defineScenario as define, employees, mixed } from "floe";
const few = { story: "A few people.", source: employees({ employees: 50 }), workload: mixed({ operations: 10 }) };
const scenario = define({ ...few, pipeline: ${JSON.stringify(pipeline)} });
export { scenario as default };
`;
  writeFileSync(file, text);
  return file;
}

test("of several scenarios each is run, whatever the one before it came to, and a table tells of all", () => {
  const files = [
    made("unreachable", { sink: { "iceberg.catalog.uri": "http://127.0.0.1:1" } }),
    made("rejected", { source: { "snapshot.mode": "bogus" } }),
    made("fine", {}),
  ];
  const { status, stdout, stderr } = spawnSync("./floe", ["scenario", ...files, "--runs", join(folder, "runs")], {
    encoding: "utf8",
    env: { ...process.env, FLOE_STATE: join(folder, "state") },
  });
  const lines = stdout.split("\n");
  expect(stderr).toBe("");
  expect(lines.filter((line) => line.endsWith(" of 3"))).toEqual(["1 of 3", "2 of 3", "3 of 3"]);
  const table = lines.slice(lines.findLastIndex((line) => line === "") - 6).join("\n");
  expect(table).toMatch(/\? unknown +[\d.]+ s {2}own\/unreachable\n +\S+runs\/own\/unreachable\/\S+/);
  expect(table).toMatch(/\? unknown +[\d.]+ s {2}own\/rejected\n +Connect rejects the configuration/);
  expect(table).toMatch(/✓ valid +[\d.]+ s {2}own\/fine\n2 unknown, 1 valid/);
  // The rejected one is wrong usage, which weighs more than a broken environment.
  expect(status).toBe(2);
});

test("on a matrix of versions each run has a name of its own, and what cannot go together is told and not run", () => {
  const junit = join(folder, "junit.xml");
  const matrix = ["--matrix", "iceberg=1.7.1,1.11.0,1.12.0", "--json", "--junit", junit];
  const { status, stdout, stderr } = spawnSync(
    "./floe",
    ["scenario", made("small", {}), ...matrix, "--runs", join(folder, "runs")],
    { encoding: "utf8", env: { ...process.env, FLOE_STATE: join(folder, "state") } },
  );
  expect(stderr).toBe("");
  const told: unknown = JSON.parse(stdout);
  const clash = "VERSIONS_CLASH: Iceberg 1.7.1 cannot be used";
  expect(told).toMatchObject([
    { name: "own/small [iceberg=1.7.1]", verdict: "unknown", error: expect.arrayContaining([clash]) },
    { name: "own/small [iceberg=1.11.0]", verdict: "valid", versions: { iceberg: "1.11.0" } },
    { name: "own/small [iceberg=1.12.0]", verdict: "valid", versions: { iceberg: "1.12.0" } },
  ]);
  const suites = [...readFileSync(junit, "utf8").matchAll(/<testsuite name="([^"]+)"/g)].map(([, name]) => name);
  expect(suites).toEqual(["own/small [iceberg=1.11.0]", "own/small [iceberg=1.12.0]"]);
  expect(status).toBe(2);
});
