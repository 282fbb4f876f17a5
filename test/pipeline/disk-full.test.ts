import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { markedProcesses } from "#runtime/processes.ts";
import { stackIds } from "#runtime/record.ts";

/** A program in namespaces of its own, where anybody may mount; not every system allows that. */
const ownNamespaces = ["--user", "--map-root-user", "--mount"];
const possible = spawnSync("unshare", [...ownNamespaces, "true"]).status === 0;

describe.runIf(possible)("a disk that is full", () => {
  // Hardly a file fits; not MySQL's first ones; a broker that runs dies of it, and its clients fail before its start is told.
  test.each(["64k", "40m", "150m"])("of %s is told as that, and nothing is left", (size) => {
    const base = mkdtempSync(join(tmpdir(), "floe-disk-"));
    const [runs, state] = [join(base, "runs"), join(base, "state")];
    mkdirSync(runs);
    const script = `mount -t tmpfs -o size=${size} small "$1" && exec ./floe scenario --seed 7 --runs "$1"`;
    const { status, stdout, stderr } = spawnSync("unshare", [...ownNamespaces, "sh", "-c", script, "sh", runs], {
      encoding: "utf8",
      env: { ...process.env, FLOE_STATE: state },
    });
    const said = `${stdout}${stderr}`;
    expect(said).toContain("DISK_FULL");
    expect(said).toContain("--runs FOLDER");
    expect(status, said).toBe(3);
    expect(stackIds(join(state, "stacks"))).toEqual([]);
    const [, runId = ""] = /· run (\w+) ·/.exec(said) ?? [];
    expect(markedProcesses(runId)).toEqual([]);
  });
});
