import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { PlacedServer, Runtime, ServerSpec } from "../port.ts";
import { type StackRecord, stackDirOf } from "../record.ts";
import { type OnServer, portAddress, StackServer } from "../server.ts";
import { type Lease, takeLease } from "../stack-folder.ts";
import { deadServers, stackBroken } from "../stacks.ts";
import { adoptContainer, type BodyOptions, startContainer } from "./container.ts";
import { connectEngine, type Engine } from "./engine.ts";
import { containerName } from "./placed-server.ts";
import { proxyAddress } from "./runtime.ts";

export interface AttachOptions {
  readonly stateDir: string;
  readonly record: StackRecord;
  readonly onServer: OnServer;
  /** Where this harness's share of the servers' logs goes: they write none themselves. */
  readonly logs: string;
}

/** A runtime over a kept stack of containers, as native/attach.ts is one over processes. */
export async function attachDockerRuntime(options: AttachOptions): Promise<Runtime> {
  const { stateDir, record, logs } = options;
  const stackDir = stackDirOf({ stateDir, stackId: record.stackId });
  const engine = await connectEngine();
  const dead = await deadServers({ stackDir, record });
  if (dead.length > 0) throw stackBroken(record, `dead: ${dead.join(", ")}`);
  const lease = takeLease(stackDir);
  mkdirSync(logs, { recursive: true, mode: 0o700 });
  return {
    name: "docker",
    place: async (spec) => placeRecorded({ ...options, spec, engine, lease }),
    proxyAddress: () => proxyAddress(engine),
    keep: async () => lease.touch(),
    [Symbol.asyncDispose]: async () => lease[Symbol.dispose](),
  };
}

type RecordedPlace = AttachOptions & { readonly spec: ServerSpec; readonly engine: Engine; readonly lease: Lease };

/** A restart starts the container with the files that it has: what was rendered for it is another harness's knowledge. */
async function placeRecorded({ record, spec, engine, logs, onServer, lease }: RecordedPlace): Promise<PlacedServer> {
  const found = record.servers.find(({ name }) => name === spec.name);
  if (found === undefined) throw stackBroken(record, `it has no server ${spec.name}`);
  const { name, part, ports, hosts } = found;
  const container = engine.docker.getContainer(containerName({ stackId: record.stackId, server: name }));
  const { Image: image } = (await container.inspect()).Config;
  const body: BodyOptions = { engine, container, image, logFile: join(logs, `${name}.log`) };
  const spawn = () => startContainer(body);
  const server = new StackServer({ name, part, spec, ports, hosts, logFile: body.logFile, spawn, onServer });
  const address = (host: string) => (port: string) => portAddress({ server: name, ports, host, port });
  const start = async () => {
    lease.touch();
    await server.adopt(await adoptContainer(body));
    return server;
  };
  return { spec, address: address(hosts.outer), innerAddress: address(hosts.inner), start };
}
