import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { environmentError } from "#core/errors.ts";

export interface ServerProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Standard output and error go here, appended, from the first byte: the file outlives the harness. */
  readonly logFile: string;
}

/** How a process ended. */
export interface Exit {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  /** Where it ran, or what ended it, where that is known. */
  readonly note?: string;
}

/** A process that leads its own group, so that a signal reaches its children too. */
export interface ServerProcess {
  readonly pid: number;
  /** Resolves when the process has ended; never rejects. */
  readonly exited: Promise<Exit>;
  ending(): Exit | undefined;
  /** Signals the whole group. A group that is gone is no error. */
  signal(signal: NodeJS.Signals): void;
}

/**
 * Starts a server in a process group of its own. It does not hold the harness's event loop open.
 * Node's own spawn and not execa: the log must be the child's file descriptor, so that it goes on when the harness dies.
 */
export async function startServer(options: ServerProcessOptions): Promise<ServerProcess> {
  const log = openSync(options.logFile, "a");
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  let ended: Exit | undefined;
  const { promise: exited, resolve } = Promise.withResolvers<Exit>();
  child.on("exit", (exitCode, signal) => {
    ended = { exitCode: exitCode ?? undefined, signal: signal ?? undefined };
    resolve(ended);
  });
  const pid = await spawned(child, options);
  child.unref();
  return { pid, exited, ending: () => ended, signal: (signal) => signalGroup(pid, signal) };
}

async function spawned(child: ReturnType<typeof spawn>, options: ServerProcessOptions): Promise<number> {
  try {
    await once(child, "spawn");
    return child.pid ?? 0;
  } catch (error) {
    throw environmentError({
      code: "SPAWN_FAILED",
      what: `${options.command} could not be started`,
      remedy: "run ./floe doctor: it shows which part is missing",
      cause: error,
    });
  }
}

/** Signals a process group by its leader's id. A group that is gone is no error. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  if (pid <= 1) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
