import { spawn } from "node:child_process";
import { once } from "node:events";
import { Socket } from "node:net";
import { createInterface } from "node:readline";
import { environmentError } from "#core/errors.ts";

export interface CompanionOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What it is, for errors. */
  readonly what: string;
}

/** A process in a session of its own that lives as long as it likes and hears, by a pipe that closes, when we die. */
export interface Companion {
  readonly pid: number;
  /** Resolves when it has ended. */
  readonly exited: Promise<void>;
  /** Sends one line. */
  send(line: string): void;
  /** The next line that it says. */
  hear(): Promise<string>;
}

/**
 * Starts a companion. Ctrl-C in the terminal does not reach it, and it does not hold the harness's event loop open.
 * Nobody else gets the pipe's other end, since Node opens it close-on-exec: it closes exactly when this process ends.
 */
export async function startCompanion(options: CompanionOptions): Promise<Companion> {
  const child = spawn(options.command, options.args, {
    cwd: "/",
    env: options.env,
    detached: true,
    stdio: ["pipe", "pipe", "ignore"],
  });
  const exited = once(child, "exit").then(
    () => undefined,
    () => undefined,
  );
  try {
    await once(child, "spawn");
  } catch (error) {
    throw environmentError({
      code: "SPAWN_FAILED",
      what: `${options.what} could not be started`,
      remedy: "run ./floe doctor",
      cause: error,
    });
  }
  // A companion that was killed makes the next write fail; its end is told by `exited` and `hear`.
  child.stdin.on("error", () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.unref();
  for (const pipe of [child.stdin, child.stdout]) if (pipe instanceof Socket) pipe.unref();
  return {
    pid: child.pid ?? 0,
    exited,
    send: (line) => void child.stdin.write(`${line}\n`),
    hear: async () => {
      const heard = await lines.next();
      if (heard.done !== true) return heard.value;
      throw environmentError({
        code: "COMPANION_GONE",
        what: `${options.what} has ended without an answer`,
        remedy: "look who killed it, and start again",
      });
    },
  };
}
