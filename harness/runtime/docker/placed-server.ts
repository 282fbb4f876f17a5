import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { invariant } from "#core/errors.ts";
import type { JvmTuning } from "../jvm.ts";
import type { Launch, Part, Place, PlacedServer, ServerSpec } from "../port.ts";
import type { RecordedServer } from "../record.ts";
import { type OnServer, portAddress, type ServerBody, type ServerHosts, StackServer } from "../server.ts";
import { archive } from "./archive.ts";
import { configDir, containerCommand, dataDir, launchFile, user } from "./command.ts";
import { startContainer } from "./container.ts";
import type { Container, Engine } from "./engine.ts";
import { serverLabel } from "./labels.ts";
import { launchScript } from "./launch-script.ts";
import { preparedImage } from "./prepared-image.ts";
import { serverFiles } from "./server-files.ts";
import { startFailure } from "./start-failure.ts";

/** What a placed server needs of its runtime. */
export interface DockerBuild {
  readonly engine: Engine;
  readonly stackId: string;
  readonly folder: string;
  /** The image of each part. */
  readonly images: Readonly<Record<Part, string>>;
  readonly jvm: JvmTuning;
  readonly labels: Readonly<Record<string, string>>;
  readonly network: string;
  readonly onServer: OnServer;
  /** Work on the engine that a stack's end waits for, and that is refused once it has begun to end. */
  readonly working: <T>(server: string, work: () => Promise<T>) => Promise<T>;
  /** Writes the server down, before it is started. */
  readonly record: (server: RecordedServer) => void;
}

export interface ServerToPlace {
  readonly build: DockerBuild;
  readonly spec: ServerSpec;
  readonly ports: Readonly<Record<string, number>>;
  readonly hosts: ServerHosts;
}

/** Gives a server its place; `start` makes its container, puts its files in and starts it. */
export function placeServer(place: ServerToPlace): { placed: PlacedServer; server: StackServer } {
  const { build, spec, ports, hosts } = place;
  const { name, part } = spec;
  const logFile = join(build.folder, "logs", `${name}.log`);
  let container: Promise<Container> | undefined;
  const startIt = async () => {
    container ??= createContainer(place);
    return startFresh({ ...place, container: await container, logFile });
  };
  const spawn = () => build.working(name, () => startIt().catch((error) => failed({ place, error })));
  const server = new StackServer({ name, part, spec, ports, hosts, logFile, spawn, onServer: build.onServer });
  build.record({ name, part, ports, hosts: { ...hosts }, logFile });
  const address = (host: string) => (port: string) => portAddress({ server: name, ports, host, port });
  const start = async () => {
    await server.start();
    return server;
  };
  return { server, placed: { spec, address: address(hosts.outer), innerAddress: address(hosts.inner), start } };
}

/** The name of a server's container: it is all that is needed to find it again. */
export function containerName({ stackId, server }: { stackId: string; server: string }): string {
  return `floe-${stackId}-${server}`;
}

/** Ports have the same numbers inside and outside, so that a server needs to know only one. */
async function createContainer({ build, spec, ports, hosts }: ServerToPlace): Promise<Container> {
  const { engine, stackId, network } = build;
  const image = await imageOf({ build, spec, ports, hosts });
  const published = Object.values(ports).map((port) => `${port}/tcp`);
  const binding = (port: string) => [{ HostIp: engine.publishOn, HostPort: port.slice(0, -4) }];
  return engine.docker.createContainer({
    name: containerName({ stackId, server: spec.name }),
    Image: image,
    User: `${user.uid}:${user.gid}`,
    Entrypoint: ["/bin/sh", launchFile],
    Cmd: [],
    WorkingDir: "/",
    StopSignal: "SIGTERM",
    Healthcheck: { Test: ["NONE"] },
    Labels: { ...build.labels, [serverLabel]: spec.name },
    ExposedPorts: Object.fromEntries(published.map((port) => [port, {}])),
    HostConfig: {
      NetworkMode: network,
      PortBindings: Object.fromEntries(published.map((port) => [port, binding(port)])),
      // Its ports are of the range from which the system also takes the near end of each connection that a server makes.
      Sysctls: { "net.ipv4.ip_local_reserved_ports": Object.values(ports).join(",") },
      ExtraHosts: ["host.docker.internal:host-gateway"],
    },
    NetworkingConfig: {
      EndpointsConfig: { [network]: { Aliases: [spec.name], IPAMConfig: { IPv4Address: hosts.inner } } },
    },
  });
}

type FreshStart = ServerToPlace & { readonly container: Container; readonly logFile: string };

async function startFresh({ build, spec, ports, container, logFile }: FreshStart): Promise<ServerBody> {
  const image = build.images[spec.part];
  await upload({ build, spec, ports, container });
  return startContainer({ engine: build.engine, container, image, logFile });
}

function failed({ place: { build, spec }, error }: { place: ServerToPlace; error: unknown }): never {
  throw startFailure({ server: spec.name, image: build.images[spec.part], error });
}

/** Puts the configuration and the launch script into the container, and a copy into the run's folder. */
async function upload({ build, spec, ports, container }: Omit<FreshStart, "hosts" | "logFile">): Promise<void> {
  const launch = spec.launch(placeOf({ server: spec.name, ports }));
  const files = { ...launch.files, "launch.sh": scriptOf({ build, spec, launch }) };
  keepCopy(join(build.folder, "config", spec.name), files);
  await container.putArchive(archive({ files: serverFiles(files), owner: user }), { path: "/" });
}

function scriptOf({ build, spec, launch }: { build: DockerBuild; spec: ServerSpec; launch: Launch }): string {
  const command = containerCommand({ part: spec.part, launch, jvm: build.jvm });
  return launchScript({ command, env: launch.env ?? {} });
}

/** The image with the server's first data in it, where there is some to make. */
async function imageOf({ build, spec, ports }: ServerToPlace): Promise<string> {
  const { engine, images } = build;
  const image = images[spec.part];
  if (spec.prepared === undefined) return image;
  const launch = spec.prepared.make(placeOf({ server: spec.name, ports }));
  const command = containerCommand({ part: spec.part, launch, jvm: build.jvm });
  const script = launchScript({ command, env: launch.env ?? {}, forget: spec.prepared.forget });
  return preparedImage({ engine, image, part: spec.part, files: { ...launch.files, "launch.sh": script } });
}

function keepCopy(folder: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content, { mode: 0o600 });
}

function placeOf({ server, ports }: { server: string; ports: Readonly<Record<string, number>> }): Place {
  return {
    bindHost: "0.0.0.0",
    dataDir,
    file: (name) => `${configDir}/${name}`,
    port: (name) => {
      const port = ports[name];
      invariant(port !== undefined, `${server} names its port ${name} in its spec`);
      return port;
    },
  };
}
