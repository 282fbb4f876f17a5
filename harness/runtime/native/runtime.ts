import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { environmentError, invariant, messageOf, usageError } from "#core/errors.ts";
import { removeFolder } from "../ending.ts";
import { asDiskFull } from "../failure.ts";
import { choosePort } from "../free-port.ts";
import type { JvmTuning } from "../jvm.ts";
import { OwnRecord } from "../own-record.ts";
import type { PlacedServer, Runtime, ServerSpec } from "../port.ts";
import { type Reaper, startReaper } from "../reaping.ts";
import { dataDirOf, stackDirOf } from "../record.ts";
import type { OnServer, StackServer } from "../server.ts";
import { type PendingArchive, takeOver } from "./class-archive.ts";
import type { NativeParts } from "./parts.ts";
import { type NativeBuild, placeServer } from "./placed-server.ts";
import { StackProcesses } from "./stack-processes.ts";

export interface NativeOptions {
  /** Letters, digits and dashes; used by no other stack ever. */
  readonly stackId: string;
  /** The stack's folder: logs/, config/ and data/ below it. Its data goes with the stack, its logs stay. */
  readonly folder: string;
  /** Where running stacks are written down, for the reaper and for the next start. */
  readonly stateDir: string;
  readonly cacheDir: string;
  readonly parts: NativeParts;
  readonly onServer: OnServer;
  readonly jvm: JvmTuning;
  /** Start JVMs from archives of their classes, where there are any. */
  readonly classDataSharing: boolean;
  /** Start JVMs that have no archive so that `archiveClasses` can make one; costs up to a third of their start. */
  readonly recordClasses?: boolean;
  /** How long a kept stack lives without use; two hours. */
  readonly keptIdleMs?: number;
  /** For tests: hands out a port that is taken, say. */
  readonly choosePort?: () => Promise<number>;
}

/**
 * Opens a runtime whose servers are processes of this machine. Its reaper comes first: from then on, whatever is made
 * will be cleared up. The folders and the record follow while it gets ready; no server starts before it is.
 */
export async function openNativeRuntime(options: NativeOptions): Promise<NativeRuntime> {
  if (!/^[A-Za-z0-9-]+$/.test(options.stackId)) {
    throw usageError({
      code: "BAD_STACK_ID",
      what: `${options.stackId} can't name a stack`,
      expected: "letters, digits and dashes",
      remedy: "choose another name",
    });
  }
  const { stackId, folder, stateDir, cacheDir } = options;
  const stackDir = stackDirOf({ stateDir, stackId });
  const logFile = join(folder, "logs", "reaper.log");
  const reaper = startReaper({ stackDir, dataDir: dataDirOf(folder), runtime: "native", logFile, cacheDir });
  try {
    return new NativeRuntime({ options, reaper });
  } catch (error) {
    await removeFolder(dataDirOf(folder));
    await (await reaper).dismiss();
    throw asDiskFull(error, folder);
  }
}

export class NativeRuntime implements Runtime {
  readonly name = "native";
  readonly #options: NativeOptions;
  readonly #stackDir: string;
  readonly #build: NativeBuild;
  readonly #processes: StackProcesses;
  readonly #reaper: Promise<Reaper>;
  readonly #servers = new Map<string, StackServer>();
  readonly #pendingArchives = new Map<string, PendingArchive>();
  readonly #record: OwnRecord;
  #disposal: Promise<void> | undefined;

  constructor({ options, reaper }: { options: NativeOptions; reaper: Promise<Reaper> }) {
    const { stackId, folder, stateDir } = options;
    this.#options = options;
    this.#reaper = reaper;
    this.#stackDir = stackDirOf({ stateDir, stackId });
    for (const name of ["logs", "config", "data"]) mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
    this.#record = new OwnRecord({ stackDir: this.#stackDir, runtime: "native", stackId, folder });
    const guarded = reaper.then((started) => this.#record.guardedBy(started));
    this.#processes = new StackProcesses({ stackDir: this.#stackDir, guarded });
    this.#build = {
      ...options,
      processes: this.#processes,
      record: (server) => this.#record.add(server),
      onArchive: (server, archive) => void this.#pendingArchives.set(server, archive),
    };
  }

  async place(spec: ServerSpec): Promise<PlacedServer> {
    invariant(!this.#servers.has(spec.name), `${spec.name} is placed once`);
    const ports = Object.fromEntries(await Promise.all(spec.ports.map(async (name) => [name, await this.#port()])));
    const { placed, server } = placeServer({ build: this.#build, spec, ports });
    this.#servers.set(spec.name, server);
    return placed;
  }

  async proxyAddress() {
    const address = { host: "127.0.0.1", port: await this.#port() };
    return { listen: address, inner: address };
  }

  /** Lets the stack live on when this process ends. `details` are what the next one must know: passwords, versions. */
  async keep(details: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.#record.keep(await this.#reaper, details, this.#options.keptIdleMs);
  }

  /** Stops the servers that record their classes and keeps the archives. Names the servers that will start faster. */
  async archiveClasses(): Promise<readonly string[]> {
    const recording = [...this.#pendingArchives].flatMap(([name, archive]) => {
      const server = this.#servers.get(name);
      return server === undefined ? [] : [{ name, server, archive }];
    });
    // Workers first: one whose broker is gone waits for it until its patience ends, and is killed without an archive.
    const [workers, others] = [recording.filter(isWorker), recording.filter((each) => !isWorker(each))];
    await Promise.all(workers.map(({ server }) => server.stop()));
    await Promise.all(others.map(({ server }) => server.stop()));
    this.#pendingArchives.clear();
    return recording.filter(({ archive }) => takeOver(archive)).map(({ name }) => name);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#record.isKept() ? this.#leave() : this.#end();
    return this.#disposal;
  }

  async #leave(): Promise<void> {
    this.#record.leave();
  }

  async #end(): Promise<void> {
    await Promise.all([...this.#servers.values()].map((server) => server.end("stopped")));
    await this.#processes.killAll();
    await removeFolder(dataDirOf(this.#options.folder));
    const reaper = await this.#reaper.catch(() => undefined);
    await reaper?.dismiss();
    await removeFolder(this.#stackDir);
  }

  async #port(): Promise<number> {
    try {
      return await (this.#options.choosePort ?? choosePort)();
    } catch (error) {
      throw environmentError({
        code: "NO_FREE_PORT",
        what: "the system hands out no port on 127.0.0.1",
        got: messageOf(error),
        remedy: "look for programs that hold many connections: ss -s",
        cause: error,
      });
    }
  }
}

const isWorker = ({ server }: { server: StackServer }) => server.part === "connect";
