import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pairFolder } from "../../pipeline/check-files.ts";

const root = join(import.meta.dirname, "..", "..", "..");

/** The command as it is typed. None of these starts a server. */
function floe(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    const env = { ...process.env, GITHUB_STEP_SUMMARY: "", GITHUB_ACTIONS: "" };
    const child = execFile(
      process.execPath,
      [join(root, "harness/cli/main.ts"), "check", ...args],
      { env },
      (_, out, err) => done({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

test("what cannot be tried ends with exit code 1, and with 0 where nothing is to fail", async () => {
  const folder = pairFolder({ sink: { "iceberg.catalog.type": "glue" } });
  const checked = await floe(folder, "--json");
  expect(checked.code).toBe(1);
  expect(JSON.parse(checked.out)).toMatchObject({
    failed: true,
    pipelines: [{ notTried: [expect.stringContaining("glue")] }],
  });
  expect(await floe(folder, "--fail-on", "never")).toMatchObject({
    code: 0,
    out: expect.stringContaining("NOT TRIED"),
  });
});

test("a preview of two folders tells the rules that both together show, before any run", async () => {
  const glue = { "iceberg.catalog.type": "glue" };
  const sides = [
    pairFolder({ sink: glue }),
    pairFolder({ source: { "topic.prefix": "renamed" }, sink: { ...glue, "iceberg.control.topic": "prod.again" } }),
  ];
  const { out } = await floe("--diff", ...sides, "--markdown");
  expect(out).toContain("iceberg-control-topic-recreated");
  // Nobody reads the renamed topics: there is no pipeline left to run.
  expect(out).toContain("dbz-topic-prefix-renamed");
  expect(out).toMatch(/not tried.*no Iceberg sink beside it reads its topics/);
});

test("tables that nobody knows are one error that names the remedy", async () => {
  const { code, err } = await floe(pairFolder({ table: "parcels" }));
  expect(code).toBe(2);
  expect(err).toMatch(/TABLES_UNKNOWN.*shop\.parcels[\s\S]*mysqldump --no-data/);
});

test("wrong usage is told: no file, one side of two, a schema file that is not there, a folder of nothing", async () => {
  const empty = mkdtempSync(join(tmpdir(), "floe-check-"));
  writeFileSync(join(empty, "notes.json"), "{}");
  expect(await floe()).toMatchObject({ code: 2, err: expect.stringContaining("NOTHING_TO_CHECK") });
  expect(await floe("--diff", empty)).toMatchObject({ code: 2, err: expect.stringContaining("DIFF_SIDES") });
  const missing = floe(pairFolder({ table: "parcels" }), "--schema", join(empty, "no.sql"));
  expect(await missing).toMatchObject({ code: 2, err: expect.stringContaining("SCHEMA_UNREADABLE") });
});
