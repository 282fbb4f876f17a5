import { once } from "node:events";
import { createServer } from "node:net";
import { type ContainerRuntimeClient, getContainerRuntimeClient, ImageName } from "testcontainers";
import { compareVersions } from "#core/versions.ts";
import { engineMissing, engineTooOld } from "./engine-problem.ts";

type Docker = ContainerRuntimeClient["container"]["dockerode"];
export type Container = ReturnType<Docker["getContainer"]>;

/** A container engine, found as testcontainers finds one: DOCKER_HOST, its own settings, the usual sockets. */
export interface Engine {
  readonly docker: Docker;
  readonly version: string;
  /** Where published ports are reached from here, and the address of the engine's host that they are bound to. */
  readonly host: string;
  readonly publishOn: string;
  /** An address of this machine that containers reach as `host.docker.internal`; undefined for an engine elsewhere. */
  readonly proxyHost: string | undefined;
  /** Pulls an image with the credentials of the user's Docker configuration. */
  pull(ref: string): Promise<void>;
}

const localhost = "127.0.0.1";

/** The oldest Engine API that this was run on: Docker 20.10. */
const oldestApi = "1.41";

let connecting: Promise<Engine> | undefined;

/** Connects to the engine, once for each process; one that did not answer is asked again. */
export function connectEngine(): Promise<Engine> {
  connecting ??= connect().catch((error: unknown) => {
    connecting = undefined;
    throw error;
  });
  return connecting;
}

async function connect(): Promise<Engine> {
  const client = await getContainerRuntimeClient().catch(async (error: unknown) => {
    throw await engineMissing(process.env, error);
  });
  const docker = client.container.dockerode;
  // testcontainers goes on to the usual sockets when DOCKER_HOST leads nowhere: another engine than the one meant.
  if (!isMeant(docker, process.env)) throw await engineMissing(process.env, undefined);
  const { Version, ApiVersion } = await docker.version();
  if (compareVersions(ApiVersion, oldestApi) < 0) throw engineTooOld({ Version, ApiVersion, oldestApi });
  const told = client.info.containerRuntime.host;
  const host = told === "localhost" ? localhost : told;
  return {
    docker,
    version: Version,
    host,
    publishOn: host === localhost ? localhost : "0.0.0.0",
    proxyHost: await proxyHostOf(docker, host),
    pull: (ref) => client.image.pull(ImageName.fromString(ref)),
  };
}

function isMeant(docker: Docker, { DOCKER_HOST: told = "" }: NodeJS.ProcessEnv): boolean {
  const socket = /^unix:\/\/(.+)$/.exec(told)?.[1];
  return socket === undefined || !("socketPath" in docker.modem) || docker.modem.socketPath === socket;
}

/**
 * What `host-gateway` leads to: the default bridge's gateway, which is this machine's where the engine runs on it. An
 * engine in a virtual machine (Docker Desktop, Colima) has its bridge there, and leads `host.docker.internal` to this
 * machine's loopback.
 */
async function proxyHostOf(docker: Docker, host: string): Promise<string | undefined> {
  if (host !== localhost && !(await isOwn(host))) return undefined;
  const gateway = await bridgeGateway(docker);
  return gateway !== undefined && (await isOwn(gateway)) ? gateway : localhost;
}

/** Not every engine tells the gateway; then it is the first address. Podman has no network of this name. */
async function bridgeGateway(docker: Docker): Promise<string | undefined> {
  const networks = await docker.listNetworks({ filters: { name: ["bridge"] } });
  const configs = networks.filter(({ Name }) => Name === "bridge").flatMap(({ IPAM }) => IPAM?.Config ?? []);
  const config = configs.find(({ Subnet = "" }) => Subnet.includes("."));
  return config?.Gateway ?? config?.Subnet?.replace(/\d+\/\d+$/, "1");
}

/** The system's list of addresses leaves out a bridge that has no container yet; that one can be bound tells. */
async function isOwn(address: string): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(0, address);
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
