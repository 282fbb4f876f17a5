import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { invariant, usageError } from "#core/errors.ts";
import { removeFolder } from "../ending.ts";
import { asDiskFull } from "../failure.ts";
import { choosePort } from "../free-port.ts";
import type { JvmTuning } from "../jvm.ts";
import { OwnRecord } from "../own-record.ts";
import type { Part, PlacedServer, Runtime, ServerSpec } from "../port.ts";
import { type Reaper, startReaper } from "../reaping.ts";
import { dataDirOf, stackDirOf } from "../record.ts";
import { type OnServer, type StackServer, stackEnded } from "../server.ts";
import { connectEngine, type Engine } from "./engine.ts";
import { stackLabels } from "./labels.ts";
import { createNetwork, type StackNetwork } from "./network.ts";
import { type DockerBuild, placeServer } from "./placed-server.ts";
import { removeForgotten, removeStack } from "./removal.ts";

export interface DockerOptions {
  /** Letters, digits and dashes; used by no other stack ever. */
  readonly stackId: string;
  /** The stack's folder: logs/ and config/ below it. Data is in the containers. */
  readonly folder: string;
  readonly stateDir: string;
  readonly cacheDir: string;
  /** The image of each part. They are on the engine already. */
  readonly images: Readonly<Record<Part, string>>;
  readonly onServer: OnServer;
  readonly jvm: JvmTuning;
  /** How long a kept stack lives without use; two hours. */
  readonly keptIdleMs?: number;
  /** For tests: hands out a port that is taken, say. */
  readonly choosePort?: () => Promise<number>;
}

/** Opens a runtime whose servers are containers. Its reaper comes first: whatever is made will be removed. */
export async function openDockerRuntime(options: DockerOptions): Promise<DockerRuntime> {
  const { stackId, folder, stateDir, cacheDir } = options;
  const engine = await connectEngine();
  await removeForgotten();
  const stackDir = stackDirOf({ stateDir, stackId });
  const reaper = await startReaper({
    stackDir,
    dataDir: dataDirOf(folder),
    runtime: "docker",
    logFile: join(folder, "logs", "reaper.log"),
    cacheDir,
  });
  try {
    const labels = stackLabels({ stackId, stackDir });
    for (const name of ["logs", "config"]) mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
    const record = new OwnRecord({ stackDir, runtime: "docker", stackId, folder });
    record.guardedBy(reaper);
    const network = await createNetwork({ engine, name: `floe-${stackId}`, labels });
    return new DockerRuntime({ options, engine, reaper, record, network, labels, stackDir });
  } catch (error) {
    await removeStack(stackId, { quietMs: 0 });
    await reaper.dismiss();
    await removeFolder(stackDir);
    throw asDiskFull(error, folder);
  }
}

interface Opened {
  readonly options: DockerOptions;
  readonly engine: Engine;
  readonly reaper: Reaper;
  readonly record: OwnRecord;
  readonly network: StackNetwork;
  readonly labels: Readonly<Record<string, string>>;
  readonly stackDir: string;
}

export class DockerRuntime implements Runtime {
  readonly name = "docker";
  readonly #opened: Opened;
  readonly #build: DockerBuild;
  readonly #servers = new Map<string, StackServer>();
  #disposal: Promise<void> | undefined;
  readonly #working = new Set<Promise<unknown>>();
  #closed = false;

  constructor(opened: Opened) {
    this.#opened = opened;
    this.#build = {
      ...opened.options,
      engine: opened.engine,
      labels: opened.labels,
      network: opened.network.name,
      working: (server, work) => this.#whileOpen(server, work),
      record: (server) => opened.record.add(server),
    };
  }

  async place(spec: ServerSpec): Promise<PlacedServer> {
    invariant(!this.#servers.has(spec.name), `${spec.name} is placed once`);
    const { engine, network, options } = this.#opened;
    const choose = options.choosePort ?? choosePort;
    const ports = Object.fromEntries(await Promise.all(spec.ports.map(async (name) => [name, await choose()])));
    const hosts = { outer: engine.host, inner: network.nextAddress() };
    const { placed, server } = placeServer({ build: this.#build, spec, ports, hosts });
    this.#servers.set(spec.name, server);
    return placed;
  }

  proxyAddress() {
    return proxyAddress(this.#opened.engine);
  }

  async keep(details: Readonly<Record<string, string>> = {}): Promise<void> {
    const { record, reaper, options } = this.#opened;
    await record.keep(reaper, details, options.keptIdleMs);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#opened.record.isKept() ? this.#leave() : this.#end();
    return this.#disposal;
  }

  async #leave(): Promise<void> {
    this.#opened.record.leave();
  }

  async #end(): Promise<void> {
    const { options, reaper, stackDir } = this.#opened;
    this.#closed = true;
    await Promise.allSettled([...this.#servers.values()].map((server) => server.end("stopped")));
    // A container that is being made now would be made after the others are removed.
    await Promise.allSettled(this.#working);
    await removeStack(options.stackId, { quietMs: 0 });
    await reaper.dismiss();
    await removeFolder(stackDir);
  }

  async #whileOpen<T>(server: string, work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw stackEnded(server);
    const working = work();
    this.#working.add(working);
    try {
      return await working;
    } finally {
      this.#working.delete(working);
    }
  }
}

/** Where a proxy of the harness listens, and how containers find it. */
export async function proxyAddress({ proxyHost, host }: Engine) {
  if (proxyHost === undefined) throw proxyUnreachable(host);
  const port = await choosePort();
  return { listen: { host: proxyHost, port }, inner: { host: "host.docker.internal", port } };
}

function proxyUnreachable(host: string): Error {
  return usageError({
    code: "LINK_FAULTS_NEED_LOCAL_ENGINE",
    what: `a fault of a link cannot be done on the container engine at ${host}`,
    expected: "an engine of this machine: its containers reach the proxies of the harness",
    remedy: "leave DOCKER_HOST unset, or run with --runtime native",
  });
}
