import { networkInterfaces } from "node:os";
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

/** The oldest Engine API that this was run on: Docker 20.10. */
const oldestApi = "1.41";

let connecting: Promise<Engine> | undefined;

/** Connects to the engine, once for each process. */
export function connectEngine(): Promise<Engine> {
  connecting ??= connect();
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
  const { host } = client.info.containerRuntime;
  const local = host === "localhost" || host === "127.0.0.1";
  const gateway = await bridgeGateway(docker);
  return {
    docker,
    version: Version,
    host: local ? "127.0.0.1" : host,
    publishOn: local ? "127.0.0.1" : "0.0.0.0",
    proxyHost: local || host === gateway ? proxyHostOf(gateway) : undefined,
    pull: (ref) => client.image.pull(ImageName.fromString(ref)),
  };
}

function isMeant(docker: Docker, { DOCKER_HOST: told = "" }: NodeJS.ProcessEnv): boolean {
  const socket = /^unix:\/\/(.+)$/.exec(told)?.[1];
  return socket === undefined || !("socketPath" in docker.modem) || docker.modem.socketPath === socket;
}

/** What `host-gateway` leads to: the default bridge's address, where the engine runs on this machine's own kernel. */
async function bridgeGateway(docker: Docker): Promise<string | undefined> {
  try {
    const { IPAM } = await docker.getNetwork("bridge").inspect();
    return IPAM?.Config?.[0]?.["Gateway"];
  } catch {
    return undefined;
  }
}

/** An engine in a virtual machine (Docker Desktop, Colima) leads `host.docker.internal` to this machine's loopback. */
function proxyHostOf(gateway: string | undefined): string {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return gateway !== undefined && own.some(({ address }) => address === gateway) ? gateway : "127.0.0.1";
}
