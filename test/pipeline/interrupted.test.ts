import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import { latestRun } from "#run/folder.ts";
import { markedProcesses } from "#runtime/processes.ts";
import { stackIds } from "#runtime/record.ts";

interface Interrupted {
  readonly child: ChildProcess;
  readonly runs: string;
  readonly stacks: string;
  /** Everything it has said so far. */
  readonly said: () => string;
}

let running: Interrupted | undefined;
afterEach(() => void running?.child.kill("SIGKILL"));

describe("Ctrl-C", () => {
  test("ends the servers, tells an unknown verdict, and leaves nothing", async () => {
    const { child, runs, stacks } = await interrupt();
    const [exitCode] = await once(child, "exit");
    expect(exitCode).toBe(130);
    const told = z.object({ verdict: z.string(), error: z.array(z.string()) }).parse(await verdictOf(runs));
    expect(told.verdict).toBe("unknown");
    expect(told.error[0]).toContain("INTERRUPTED");
    expect(stackIds(stacks)).toEqual([]);
    expect(existsSync(join(await latestRun(runs), "data"))).toBe(false);
  });

  test("once more, while the servers are being ended, leaves at once; the reaper ends what is left", async () => {
    const { child, runs, stacks } = await interrupt();
    const [stackId = ""] = stackIds(stacks);
    expect(markedProcesses(stackId).length).toBeGreaterThan(0);
    child.kill("SIGINT");
    const [exitCode] = await once(child, "exit");
    expect(exitCode).toBe(130);
    // It did not wait for its own clearing up: that comes before the verdict.
    const folder = await latestRun(runs);
    expect(existsSync(join(folder, "verdict.json"))).toBe(false);
    await poll({
      what: "the stack to be gone",
      deadline: deadlineIn(5_000),
      look: async () => {
        const left = markedProcesses(stackId).map(({ server }) => server);
        const files = [join(folder, "data"), join(stacks, stackId)].filter((path) => existsSync(path));
        return left.length + files.length === 0 ? seen(undefined) : notYet([...left, ...files].join(", "));
      },
    });
  });
});

/** The default scenario in a process of its own, interrupted once its connectors run. */
async function interrupt(): Promise<Interrupted> {
  const base = mkdtempSync(join(tmpdir(), "floe-interrupted-"));
  const [runs, state] = [join(base, "runs"), join(base, "state")];
  const child = spawn("./floe", ["scenario", "--seed", "7", "--runs", runs], {
    env: { ...process.env, FLOE_STATE: state },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const pipe of [child.stdout, child.stderr]) pipe.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
  running = { child, runs, stacks: join(state, "stacks"), said: () => text };
  await says(running, "connectors running");
  child.kill("SIGINT");
  await says(running, "once more to leave at once");
  return running;
}

function says({ child, said }: Interrupted, line: string): Promise<void> {
  return poll({
    what: `the run to say "${line}"`,
    deadline: deadlineIn(60_000),
    everyMs: 5,
    look: async () => (said().includes(line) ? seen(undefined) : notYet(said().slice(-200))),
    hopeless: () => (child.exitCode === null ? undefined : new Error(said())),
  });
}

async function verdictOf(runs: string): Promise<unknown> {
  return JSON.parse(readFileSync(join(await latestRun(runs), "verdict.json"), "utf8"));
}
