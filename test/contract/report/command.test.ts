import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "#process/run.ts";
import { runHistory, writeRun } from "../../unit/report/scenes.ts";
import { temporaryFolder } from "../../unit/runtime/temporary-folder.ts";

const floe = join(import.meta.dirname, "..", "..", "..", "floe");
const report = async (...args: string[]) => {
  // Without a display: a test opens no window.
  const env = { DISPLAY: "", WAYLAND_DISPLAY: "" };
  return (
    await run({ command: floe, args: ["report", ...args], what: "report", withinMs: 30_000, remedy: "", env })
  ).stdout.trim();
};

test("floe report prints the newest run's page, and makes it where the run was cut off", async () => {
  const runs = temporaryFolder();
  const folder = join(runs, "faults", "killed", "1");
  mkdirSync(folder, { recursive: true });
  writeRun({ folder, history: runHistory({ totalMs: 1_000, killed: true }) });
  symlinkSync("faults/killed/1", join(runs, "latest"));
  expect(await report("--runs", runs)).toBe(join(folder, "report.html"));
  expect(existsSync(join(folder, "report.html"))).toBe(true);
  expect(await report("--all", "--runs", runs)).toBe(join(runs, "report.html"));
});

test("a run that is none is wrong usage, with the way to those that are", async () => {
  await expect(report("nowhere", "--runs", temporaryFolder())).rejects.toMatchObject({
    got: "exit code 2",
    evidence: expect.arrayContaining([expect.stringContaining("./floe report --all")]),
  });
});
