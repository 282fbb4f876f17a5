import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import { latestRun } from "#run/folder.ts";

test("a run whose harness was killed is judged as far as it goes: unknown, with what was seen", async () => {
  const base = mkdtempSync(join(tmpdir(), "floe-cut-off-"));
  const [runs, state] = [join(base, "runs"), join(base, "state")];
  const child = spawn("./floe", ["scenario", "--seed", "7", "--runs", runs], {
    env: { ...process.env, FLOE_STATE: state },
    stdio: ["ignore", "pipe", "ignore"],
  });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
  await poll({
    what: "the snapshot to pass",
    deadline: deadlineIn(120_000),
    everyMs: 20,
    look: async () => (said.includes("snapshot passed") ? seen(undefined) : notYet(said.slice(-200))),
  });
  child.kill("SIGKILL");
  await once(child, "exit");

  const folder = await latestRun(runs);
  expect(existsSync(join(folder, "verdict.json"))).toBe(false);
  const judged = floe("judge", folder);
  expect(judged.exitCode).toBe(3);
  expect(judged.stdout).toMatch(
    /\? as far as it goes: the run was cut off: \d+ operations acknowledged, .* 13\d{3} records/,
  );
  const counted = floe("sql", "SELECT count(*) AS n FROM topics WHERE kind = 'snapshot'", "--run", folder, "--json");
  expect(counted.stdout).toContain('"13095"');
  const life = floe("explain", "departments", "d001", "--run", folder);
  expect(life.stdout).toMatch(/^departments dept_no=d001\n.*topic +snapshot at partition 0, offset \d+/);
  const unknown = floe("explain", "departments", "nobody", "--run", folder);
  expect(unknown.exitCode).toBe(2);
  expect(unknown.stderr).toContain("ROW_UNKNOWN");
});

function floe(...args: string[]) {
  const { status, stdout, stderr } = spawnSync("./floe", args, { encoding: "utf8", timeout: 60_000 });
  return { exitCode: status, stdout, stderr };
}
