import type { Address } from "#core/addresses.ts";
import { stopwatch } from "#core/clock.ts";
import { deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import { environmentError } from "#core/errors.ts";
import type { ServerState } from "#core/history.ts";
import type { ServerProcess } from "#process/server.ts";
import type { Part, RunningServer, ServerSpec } from "../port.ts";
import { asDiskFull, describeExit } from "./failure.ts";
import { lastLines, logSize, logText } from "./log-tail.ts";
import { awaitReady } from "./readiness.ts";

/** Hears of everything that happens to a server. */
export type OnServer = (server: string, state: ServerState, detail: string) => void;

export interface NativeServerOptions {
  readonly name: string;
  readonly part: Part;
  readonly spec: Pick<ServerSpec, "ready" | "readyWithinMs">;
  readonly ports: Readonly<Record<string, number>>;
  readonly logFile: string;
  /** Starts the process, the first time or again. */
  readonly spawn: () => Promise<ServerProcess>;
  readonly onServer: OnServer;
}

/** How long a server may take to end after SIGTERM before it is killed. */
const stopWithinMs = 20_000;
const goneWithinMs = 10_000;

/** A server that is, or was, a process of this machine. */
export class NativeServer implements RunningServer {
  readonly name: string;
  readonly part: Part;
  readonly logFile: string;
  readonly #options: NativeServerOptions;
  #process: ServerProcess | undefined;
  #paused = false;
  #readyMs = 0;
  #endExpected = false;

  constructor(options: NativeServerOptions) {
    this.#options = options;
    this.name = options.name;
    this.part = options.part;
    this.logFile = options.logFile;
  }

  /** Starts the process and waits until it is ready; ends it again when it does not get there. */
  async start(): Promise<void> {
    this.#tell("starting", "");
    const elapsedMs = stopwatch();
    const fromByte = logSize(this.logFile);
    try {
      this.#watch(await this.#options.spawn());
      await this.#awaitReady(fromByte);
    } catch (error) {
      await this.kill();
      throw asDiskFull(error, this.logFile);
    }
    this.#readyMs = Math.round(elapsedMs());
    this.#tell("ready", `after ${this.#readyMs} ms`);
  }

  /** Takes over a process that runs already. */
  async adopt(process: ServerProcess): Promise<void> {
    this.#watch(process);
    await this.#awaitReady(logSize(this.logFile));
  }

  address(port: string): Address {
    return portAddress({ server: this.name, ports: this.#options.ports, port });
  }

  innerAddress(port: string): Address {
    return this.address(port);
  }

  state(): "running" | "paused" | "ended" {
    if (this.#process === undefined || this.#process.ending() !== undefined) return "ended";
    return this.#paused ? "paused" : "running";
  }

  readyMs(): number {
    return this.#readyMs;
  }

  async logTail(lines: number): Promise<readonly string[]> {
    return lastLines(logText(this.logFile), lines);
  }

  async kill(): Promise<void> {
    await this.end("killed");
  }

  /** Kills it under the name of what happened: a stack that ends has not killed its servers, it has stopped them. */
  async end(as: "killed" | "stopped"): Promise<void> {
    if (this.state() === "ended") return;
    this.#endExpected = true;
    this.#process?.signal("SIGKILL");
    await this.#gone(goneWithinMs);
    this.#tell(as, "SIGKILL");
  }

  async stop(): Promise<void> {
    if (this.state() === "ended") return;
    this.#endExpected = true;
    this.#process?.signal("SIGTERM");
    // A stopped process gets its SIGTERM only when it goes on.
    this.#process?.signal("SIGCONT");
    if (!(await this.#ends(stopWithinMs))) {
      this.#process?.signal("SIGKILL");
      await this.#gone(goneWithinMs);
      this.#tell("stopped", `did not end within ${stopWithinMs} ms of SIGTERM: SIGKILL`);
      return;
    }
    this.#tell("stopped", "SIGTERM");
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async pause(): Promise<void> {
    this.#signalLiving("SIGSTOP");
    this.#paused = true;
    this.#tell("paused", "SIGSTOP");
  }

  async resume(): Promise<void> {
    this.#signalLiving("SIGCONT");
    this.#paused = false;
    this.#tell("resumed", "SIGCONT");
  }

  #signalLiving(signal: NodeJS.Signals): void {
    if (this.state() !== "ended") return this.#process?.signal(signal);
    throw environmentError({
      code: "SERVER_ENDED",
      what: `${this.name} can get no ${signal}: it has ended`,
      remedy: "restart it first; its log tells why it ended",
      evidence: [this.logFile],
    });
  }

  #watch(process: ServerProcess): void {
    this.#process = process;
    this.#paused = false;
    this.#endExpected = false;
    void this.#tellUnexpectedEnd(process);
  }

  async #tellUnexpectedEnd(process: ServerProcess): Promise<void> {
    const exit = await process.exited;
    if (this.#process === process && !this.#endExpected) this.#tell("exited", describeExit(exit));
  }

  async #awaitReady(fromByte: number): Promise<void> {
    if (this.#process === undefined) return;
    await awaitReady({
      spec: this.#options.spec,
      ports: this.#options.ports,
      address: (port) => this.address(port),
      process: this.#process,
      log: { server: this.name, logFile: this.logFile, fromByte },
    });
  }

  async #gone(withinMs: number): Promise<void> {
    await poll({
      what: `${this.name} to be gone`,
      deadline: deadlineIn(withinMs),
      everyMs: 5,
      look: async () => (this.state() === "ended" ? seen(undefined) : notYet("it still runs")),
    });
  }

  async #ends(withinMs: number): Promise<boolean> {
    try {
      await this.#gone(withinMs);
      return true;
    } catch {
      return false;
    }
  }

  #tell(state: ServerState, detail: string): void {
    this.#options.onServer(this.name, state, detail);
  }
}

export function portAddress({ server, ports, port }: PortQuestion): Address {
  const number = ports[port];
  if (number !== undefined) return { host: "127.0.0.1", port: number };
  throw environmentError({
    code: "NO_SUCH_PORT",
    what: `${server} has no port named ${port}`,
    expected: Object.keys(ports).join(", "),
    remedy: "a kept stack of another version may have other ports: ./floe down ends it",
  });
}

interface PortQuestion {
  readonly server: string;
  readonly ports: Readonly<Record<string, number>>;
  readonly port: string;
}
