import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FloeError } from "#core/errors.ts";
import { employees } from "#fixtures/employees/employees.ts";
import { mixed } from "#fixtures/workloads.ts";
import { defineScenario } from "#run/scenario.ts";
import { account, runMade } from "./running.ts";

const folder = mkdtempSync(join(tmpdir(), "floe-bad-input-"));

function floe(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync("./floe", [...args, "--runs", join(folder, "runs")], {
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return { status, said: `${stdout}${stderr}` };
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe("wrong usage ends with exit code 2 and a way out", () => {
  test("an unknown scenario, with the name that was meant", () => {
    const { status, said } = floe(["scenario", "employees-arive"]);
    expect(said).toContain("did you mean employees-arrive?");
    expect(status).toBe(2);
  });

  test("a scenario with a type error, with file and line", () => {
    const path = file(
      "typed.ts",
      'import { defineScenario } from "floe";\n\nexport default defineScenario({ story: 1 });\n',
    );
    const { status, said } = floe(["scenario", path]);
    expect(said).toContain("SCENARIO_INVALID");
    expect(said).toMatch(/typed\.ts\(3,\d+\)/);
    expect(status).toBe(2);
  });

  test("a scenario with a syntax error, with file and line", () => {
    const path = file("syntax.ts", "export default {\n  story: ,\n};\n");
    const { status, said } = floe(["scenario", path]);
    expect(said).toMatch(/syntax\.ts\(2,\d+\)/);
    expect(status).toBe(2);
  });

  test("versions that cannot go together, by name", () => {
    const { status, said } = floe(["scenario", "--set", "debezium=2.7.4.Final"]);
    expect(said).toContain("SHOW MASTER STATUS");
    expect(status).toBe(2);
  });

  test("an axis that does not exist", () => {
    const { status, said } = floe(["scenario", "--set", "kafak=4.3.1"]);
    expect(said).toContain("kafka, debezium, iceberg, catalog");
    expect(status).toBe(2);
  });
});

test("a cache that cannot be written is the environment's fault: exit code 3", () => {
  const { status, said } = floe(["scenario"], { FLOE_CACHE: file("not-a-folder", "") });
  expect(said).toContain("not-a-folder");
  expect(status).toBe(3);
});

const small = {
  story: "A connector that cannot work.",
  source: employees({ employees: 50 }),
  workload: mixed({ operations: 10 }),
};

describe("a connector that cannot work is told by its own cause", () => {
  test("one that Connect rejects, with its message by key", async () => {
    const rejected = runMade(defineScenario({ ...small, pipeline: { source: { "snapshot.mode": "bogus" } } }));
    const error: unknown = await rejected.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FloeError);
    if (!(error instanceof FloeError)) return;
    expect(error.code).toBe("CONNECTOR_REJECTED");
    expect(error.evidence.join("\n")).toContain("snapshot.mode: ");
  });

  test("one whose task fails, with the root cause first", async () => {
    const told = await runMade(
      defineScenario({ ...small, pipeline: { sink: { "iceberg.catalog.uri": "http://127.0.0.1:1" } } }),
    );
    expect(told.verdict.verdict, account(told)).toBe("unknown");
    expect(told.verdict.error?.[0]).toContain("CONNECTOR_FAILED");
    expect(told.verdict.error?.[0]).toMatch(/refused|Connect to/i);
  });
});
