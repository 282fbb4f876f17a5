import { choosePort } from "../free-port.ts";
import type { PlacedServer, RunningServer, Runtime, ServerSpec } from "../port.ts";
import { isAlive } from "../processes.ts";
import type { RecordedServer, StackRecord } from "../record.ts";
import { stackDirOf } from "../record.ts";
import { loopback, type OnServer, portAddress, StackServer } from "../server.ts";
import { type Lease, notedProcesses, takeLease } from "../stack-folder.ts";
import { deadServers, stackBroken } from "../stacks.ts";
import { adoptProcess } from "./adopted.ts";
import { withOwnPorts } from "./listening.ts";
import { StackProcesses } from "./stack-processes.ts";

export interface AttachOptions {
  readonly stateDir: string;
  readonly record: StackRecord;
  readonly onServer: OnServer;
}

/**
 * A runtime over a kept stack. Placing a spec finds the server of that name, starting it takes over the process that
 * runs already, so that whoever puts a stack together needs no second way. Several harnesses may use one stack at once;
 * disposing gives the lease back and ends nothing.
 */
export async function attachNativeRuntime({ stateDir, record, onServer }: AttachOptions): Promise<AttachedRuntime> {
  const stackDir = stackDirOf({ stateDir, stackId: record.stackId });
  const dead = await deadServers({ stackDir, record });
  if (dead.length > 0) throw stackBroken(record, `dead: ${dead.join(", ")}`);
  const lease = takeLease(stackDir);
  // The keeper guards what is started from here on, too.
  const processes = new StackProcesses({ stackDir, guarded: Promise.resolve() });
  return {
    name: "native",
    details: record.details,
    place: async (spec) => placeRecorded({ record, spec, stackDir, processes, onServer, lease }),
    proxyAddress: async () => {
      const address = { host: "127.0.0.1", port: await choosePort() };
      return { listen: address, inner: address };
    },
    keep: async () => lease.touch(),
    [Symbol.asyncDispose]: async () => lease[Symbol.dispose](),
  };
}

export interface AttachedRuntime extends Runtime {
  /** What the harness that kept the stack wrote down for us. */
  readonly details: Readonly<Record<string, string>>;
}

interface RecordedPlace {
  readonly record: StackRecord;
  readonly spec: ServerSpec;
  readonly stackDir: string;
  readonly processes: StackProcesses;
  readonly onServer: OnServer;
  readonly lease: Lease;
}

function placeRecorded({ record, spec, stackDir, processes, onServer, lease }: RecordedPlace): PlacedServer {
  const found = record.servers.find(({ name }) => name === spec.name);
  if (found === undefined) throw stackBroken(record, `it has no server ${spec.name}`);
  const { name, part, ports, logFile, process } = found;
  if (process === undefined) throw stackBroken(record, `it does not say how ${name} was started`);
  const spawn = async () =>
    withOwnPorts(await processes.spawn({ server: name, command: process, cwd: process.cwd, logFile }), ports);
  const server = new StackServer({ name, part, spec, ports, hosts: loopback, logFile, spawn, onServer });
  const address = (port: string) => portAddress({ server: name, ports, host: loopback.outer, port });
  const start = async (): Promise<RunningServer> => {
    lease.touch();
    await server.adopt(withOwnPorts(adoptProcess(latestProcess({ stackDir, record, found })), ports));
    return server;
  };
  return { spec, address, innerAddress: address, start };
}

function latestProcess(options: { stackDir: string; record: StackRecord; found: RecordedServer }) {
  const noted = notedProcesses(options.stackDir).findLast(({ server }) => server === options.found.name);
  if (noted !== undefined && isAlive(noted)) return noted;
  throw stackBroken(options.record, `${options.found.name} is dead`);
}
