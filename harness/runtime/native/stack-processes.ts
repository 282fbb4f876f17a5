import { basename } from "node:path";
import { type ServerProcess, startServer } from "#process/server.ts";
import { identityOf, serverMark, stackMark } from "../processes.ts";
import { stackEnded } from "../server.ts";
import { noteProcess } from "../stack-folder.ts";
import type { Command } from "./command.ts";

export interface StackProcessesOptions {
  /** `<state>/<stack id>` */
  readonly stackDir: string;
  /** Resolves when the reaper is known to run: no process starts before. */
  readonly guarded: Promise<unknown>;
}

export interface SpawnOptions {
  readonly server: string;
  readonly command: Command;
  readonly cwd: string;
  readonly logFile: string;
}

/** Starts the stack's processes, each marked and noted, and can end all that it started at any moment. */
export class StackProcesses {
  readonly #stackDir: string;
  readonly #guarded: Promise<unknown>;
  readonly #running = new Set<ServerProcess>();
  readonly #preparing = new Set<Promise<unknown>>();
  #closed = false;

  constructor({ stackDir, guarded }: StackProcessesOptions) {
    this.#stackDir = stackDir;
    this.#guarded = guarded;
    // A reaper that could not be started is told to whoever starts the first server.
    guarded.catch(() => undefined);
  }

  async spawn({ server, command, cwd, logFile }: SpawnOptions): Promise<ServerProcess> {
    await this.#guarded;
    if (this.#closed) throw stackEnded(server);
    const marks = { [stackMark]: basename(this.#stackDir), [serverMark]: server };
    const started = await startServer({ ...command, env: { ...command.env, ...marks }, cwd, logFile });
    this.#running.add(started);
    const identity = identityOf(started.pid);
    if (identity !== undefined) noteProcess(this.#stackDir, { server, ...identity });
    void this.#forgetAtEnd(started);
    if (!this.#closed) return started;
    started.signal("SIGKILL");
    throw stackEnded(server);
  }

  async #forgetAtEnd(process: ServerProcess): Promise<void> {
    await process.exited;
    this.#running.delete(process);
    // What the leader left behind in its group.
    process.signal("SIGKILL");
  }

  /** Work on a server's folders that has to be over before they are deleted. */
  async preparing<T>(work: Promise<T>): Promise<T> {
    this.#preparing.add(work);
    try {
      return await work;
    } finally {
      this.#preparing.delete(work);
    }
  }

  /** Kills whatever runs, and refuses what comes later. Resolves when all are gone and nobody works on a folder. */
  async killAll(): Promise<void> {
    this.#closed = true;
    await this.#killRunning();
    await Promise.allSettled(this.#preparing);
    await this.#killRunning();
  }

  async #killRunning(): Promise<void> {
    const running = [...this.#running];
    for (const process of running) process.signal("SIGKILL");
    await Promise.all(running.map((process) => process.exited));
  }
}
