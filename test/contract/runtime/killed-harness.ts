import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { stopwatch } from "#core/clock.ts";
import { deadlineIn, notYet, pause, poll, seen } from "#core/deadline.ts";
import { markedProcesses } from "#runtime/processes.ts";
import { tinyOptions } from "./tiny-stack.ts";

const program = fileURLToPath(new URL("harness-process.ts", import.meta.url));

export interface HarnessOrder {
  /** The folder below which everything lies. */
  readonly base: string;
  readonly servers: readonly string[];
  readonly ending: "wait" | "keep" | "exit";
  readonly keptIdleMs?: number;
}

export interface HarnessProcess {
  readonly stackId: string;
  readonly folder: string;
  readonly stateDir: string;
  readonly child: ChildProcess;
  /** Resolves when it says this line. */
  says(line: string): Promise<void>;
  readonly ended: Promise<unknown>;
}

/** Starts a harness in a process of its own. */
export function startHarness(order: HarnessOrder): HarnessProcess {
  const { stackId, folder, stateDir } = tinyOptions(order.base);
  const argument = JSON.stringify({ ...order, stackId });
  const child = spawn(process.execPath, [program, argument], { stdio: ["ignore", "pipe", "inherit"] });
  const heard = new Set<string>();
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => heard.add(line));
  const ended = once(child, "exit");
  const says = (line: string) =>
    poll({
      what: `the harness to say "${line}"`,
      deadline: deadlineIn(20_000),
      everyMs: 2,
      look: async () => (heard.has(line) ? seen(undefined) : notYet([...heard].join(", "))),
    });
  return { stackId, folder, stateDir, child, says, ended };
}

/** When the harness is killed: so long after a line of its own. */
export interface Moment {
  readonly line: string;
  readonly plusMs: number;
}

/** Kills a harness with SIGKILL at a moment of its life, and tells how long its stack outlived it. */
export async function killHarness({
  base,
  line,
  plusMs,
}: Moment & { base: string }): Promise<{ readonly goneMs: number }> {
  const harness = startHarness({ base, servers: ["one", "two", "three"], ending: "wait" });
  await harness.says(line);
  await pause(plusMs);
  harness.child.kill("SIGKILL");
  await harness.ended;
  const elapsedMs = stopwatch();
  await stackGone(harness, 5_000);
  return { goneMs: Math.round(elapsedMs()) };
}

/** Waits until neither a process, nor data, nor a record of the stack is left. */
export async function stackGone({ stackId, folder, stateDir }: HarnessProcess, withinMs: number): Promise<void> {
  await poll({
    what: `stack ${stackId} to be gone`,
    deadline: deadlineIn(withinMs),
    everyMs: 10,
    look: async () => {
      const left = [
        ...markedProcesses(stackId).map(({ server }) => `process of ${server}`),
        ...[join(folder, "data"), join(stateDir, stackId)].filter((path) => existsSync(path)),
      ];
      return left.length === 0 ? seen(undefined) : notYet(left.join(", "));
    },
  });
}

/** Moments spread over the whole life of a harness: before its reaper runs, while servers start, when all are ready. */
export const twentyMoments: readonly Moment[] = [
  ...[0, 10, 20, 30, 40].map((plusMs) => ({ line: "begun", plusMs })),
  ...[0, 5, 10, 15, 20, 30, 40, 60, 80, 100, 130].map((plusMs) => ({ line: "opened", plusMs })),
  ...[0, 5].map((plusMs) => ({ line: "ready one", plusMs })),
  ...[0, 200].map((plusMs) => ({ line: "all ready", plusMs })),
];
