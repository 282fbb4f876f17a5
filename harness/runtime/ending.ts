import { rm } from "node:fs/promises";
import { basename } from "node:path";
import { monotonicMs } from "#core/clock.ts";
import { pause } from "#core/deadline.ts";
import { signalGroup } from "#process/server.ts";
import { isAlive, markedProcesses, type StackProcess } from "./processes.ts";
import type { StackRecord } from "./record.ts";
import { notedProcesses } from "./stack-folder.ts";

export interface StackPaths {
  /** `<state>/<stack id>` */
  readonly stackDir: string;
  readonly dataDir: string;
  /** What its servers are; undefined where its record cannot be read. */
  readonly runtime: StackRecord["runtime"] | undefined;
}

/** How long no process may be found before the stack counts as dead: longer than a fork takes to become a server. */
const quietMs = 300;
const giveUpMs = 10_000;

/**
 * Ends a stack whose harness is gone: kills every process and container of it, deletes its data and what was written
 * about it. The logs stay. Looks again and again, because a server may have been forked in the moment before the harness died and
 * shows the stack's mark only when it has become the server's program. Returns the names of the servers killed.
 */
export async function endStack({ stackDir, dataDir, runtime }: StackPaths): Promise<string[]> {
  const removed = runtime === "docker" ? await removeContainers(basename(stackDir)) : [];
  const killed = new Map<number, string>();
  const startedMs = monotonicMs();
  let quietSinceMs = startedMs;
  while (monotonicMs() - quietSinceMs < quietMs && monotonicMs() - startedMs < giveUpMs) {
    const found = livingProcesses(stackDir);
    for (const { pid, server } of found) {
      killed.set(pid, server);
      killHard(pid);
    }
    if (found.length > 0) quietSinceMs = monotonicMs();
    await pause(25);
  }
  await removeFolder(dataDir);
  await removeFolder(stackDir);
  return [...new Set([...removed, ...killed.values()])];
}

async function removeContainers(stackId: string): Promise<string[]> {
  const { removeStack } = await import("./docker/removal.ts");
  return removeStack(stackId);
}

/** The servers of a stack that run: processes that were noted, or containers. */
export async function runningServers({
  stackDir,
  runtime,
}: Pick<StackPaths, "stackDir" | "runtime">): Promise<string[]> {
  if (runtime !== "docker")
    return notedProcesses(stackDir)
      .filter(isAlive)
      .map(({ server }) => server);
  const { runningContainers } = await import("./docker/removal.ts");
  return runningContainers(basename(stackDir));
}

/** What lives of a stack's processes: noted when it was started, or found by its mark. */
export function livingProcesses(stackDir: string): StackProcess[] {
  const noted = notedProcesses(stackDir).filter(isAlive);
  const pids = new Set(noted.map(({ pid }) => pid));
  return [...noted, ...markedProcesses(basename(stackDir)).filter(({ pid }) => !pids.has(pid))];
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

function killHard(pid: number): void {
  try {
    signalGroup(pid, "SIGKILL");
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone already; or not ours to kill, which the next look shows.
  }
}
