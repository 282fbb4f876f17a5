import type { Address } from "#core/addresses.ts";
import { stopwatch } from "#core/clock.ts";
import { deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import { environmentError } from "#core/errors.ts";
import type { ServerState } from "#core/history.ts";
import type { Exit } from "#process/server.ts";
import { asDiskFull, describeExit } from "./failure.ts";
import { lastLines, logSize, logText } from "./log-tail.ts";
import type { Part, RunningServer, ServerSpec } from "./port.ts";
import { awaitReady } from "./readiness.ts";

/** Hears of everything that happens to a server. */
export type OnServer = (server: string, state: ServerState, detail: string) => void;

/** What runs a server: a process of this machine, or a container. */
export interface ServerBody {
  /** Resolves when it has ended; never rejects. */
  readonly exited: Promise<Exit>;
  ending(): Exit | undefined;
  /** SIGKILL, SIGTERM, SIGSTOP or SIGCONT, to all that runs in it. One that is gone is no error. */
  signal(signal: NodeJS.Signals): void | Promise<void>;
  /** Who else has a port of its, where that can be told. */
  stolenPort?(): string | undefined;
}

export interface StackServerOptions {
  readonly name: string;
  readonly part: Part;
  readonly spec: Pick<ServerSpec, "ready" | "readyWithinMs">;
  readonly ports: Readonly<Record<string, number>>;
  /** Where its ports are found from outside, and by the stack's other servers. */
  readonly hosts: ServerHosts;
  readonly logFile: string;
  /** Starts its body, the first time or again. */
  readonly spawn: () => Promise<ServerBody>;
  readonly onServer: OnServer;
}

export interface ServerHosts {
  readonly outer: string;
  readonly inner: string;
}

export const loopback: ServerHosts = { outer: "127.0.0.1", inner: "127.0.0.1" };

/** How long a server may take to end after SIGTERM before it is killed. */
const stopWithinMs = 20_000;
const goneWithinMs = 10_000;

/** A server that runs, or ran: its life, whatever its body is. */
export class StackServer implements RunningServer {
  readonly name: string;
  readonly part: Part;
  readonly logFile: string;
  readonly #options: StackServerOptions;
  #body: ServerBody | undefined;
  #paused = false;
  #readyMs = 0;
  #endExpected = false;

  constructor(options: StackServerOptions) {
    this.#options = options;
    this.name = options.name;
    this.part = options.part;
    this.logFile = options.logFile;
  }

  /** Starts it and waits until it is ready; ends it again when it does not get there. */
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

  /** Takes over a body that runs already. */
  async adopt(body: ServerBody): Promise<void> {
    this.#watch(body);
    await this.#awaitReady(logSize(this.logFile));
  }

  address(port: string): Address {
    const { ports, hosts } = this.#options;
    return portAddress({ server: this.name, ports, host: hosts.outer, port });
  }

  innerAddress(port: string): Address {
    const { ports, hosts } = this.#options;
    return portAddress({ server: this.name, ports, host: hosts.inner, port });
  }

  state(): "running" | "paused" | "ended" {
    if (this.#body === undefined || this.#body.ending() !== undefined) return "ended";
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
    await this.#body?.signal("SIGKILL");
    await this.#gone(goneWithinMs);
    this.#tell(as, "SIGKILL");
  }

  async stop(): Promise<void> {
    if (this.state() === "ended") return;
    this.#endExpected = true;
    await this.#body?.signal("SIGTERM");
    // A stopped process gets its SIGTERM only when it goes on.
    await this.#body?.signal("SIGCONT");
    if (!(await this.#ends(stopWithinMs))) {
      await this.#body?.signal("SIGKILL");
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
    await this.#signalLiving("SIGSTOP");
    this.#paused = true;
    this.#tell("paused", "SIGSTOP");
  }

  async resume(): Promise<void> {
    await this.#signalLiving("SIGCONT");
    this.#paused = false;
    this.#tell("resumed", "SIGCONT");
  }

  async #signalLiving(signal: NodeJS.Signals): Promise<void> {
    if (this.state() !== "ended") return this.#body?.signal(signal);
    throw environmentError({
      code: "SERVER_ENDED",
      what: `${this.name} can get no ${signal}: it has ended`,
      remedy: "restart it first; its log tells why it ended",
      evidence: [this.logFile],
    });
  }

  #watch(body: ServerBody): void {
    this.#body = body;
    this.#paused = false;
    this.#endExpected = false;
    void this.#tellUnexpectedEnd(body);
  }

  async #tellUnexpectedEnd(body: ServerBody): Promise<void> {
    const exit = await body.exited;
    if (this.#body === body && !this.#endExpected) this.#tell("exited", describeExit(exit));
  }

  async #awaitReady(fromByte: number): Promise<void> {
    if (this.#body === undefined) return;
    await awaitReady({
      spec: this.#options.spec,
      ports: this.#options.ports,
      address: (port) => this.address(port),
      body: this.#body,
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

export function portAddress({ server, ports, host, port }: PortQuestion): Address {
  const number = ports[port];
  if (number !== undefined) return { host, port: number };
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
  readonly host: string;
  readonly port: string;
}

export function stackEnded(server: string): Error {
  return environmentError({
    code: "STACK_ENDED",
    what: `${server} was not started: its stack is already ending`,
    remedy: "nothing: this follows an interruption",
  });
}
