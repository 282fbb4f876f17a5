import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeRunsReport } from "#report/html/write-runs.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { anomalies, hostile, runHistory, verdictWith, writeRun } from "./scenes.ts";

const history = runHistory({ totalMs: 40_000, killed: true });

test("the page over all runs has each run once, with its verdict, and the one that was cut off", async () => {
  const runs = temporaryFolder();
  const folder = (time: string) => join(runs, "faults", "connect-worker-killed", time);
  writeRun({ folder: folder("1"), history, verdict: verdictWith("valid", [], 40_000) });
  writeRun({ folder: folder("2"), history, verdict: verdictWith("invalid", anomalies, 40_000) });
  writeRun({ folder: folder("3"), history });
  symlinkSync("faults/connect-worker-killed/3", join(runs, "latest"));
  const page = readFileSync(await writeRunsReport(runs), "utf8");
  expect(page.match(/<tr data-verdict="(\w+)"/g)?.toSorted()).toEqual([
    '<tr data-verdict="invalid"',
    '<tr data-verdict="unknown"',
    '<tr data-verdict="valid"',
  ]);
  expect(page).toContain("cut off");
  expect(page).not.toContain("<script");
  expect(page).not.toContain(hostile);
});

test("a folder without runs is a page that says so, and no folder is an error with a way out", async () => {
  const runs = temporaryFolder();
  expect(readFileSync(await writeRunsReport(runs), "utf8")).toContain("no run here yet");
  mkdirSync(join(runs, "theme"));
  await expect(writeRunsReport(join(runs, "nowhere"))).rejects.toMatchObject({ code: "NO_RUN" });
});
