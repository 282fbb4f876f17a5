import { mkdirSync, readdirSync } from "node:fs";
import type { JvmTuning } from "../jvm.ts";
import type { PlacedServer, ServerSpec } from "../port.ts";
import type { RecordedProcess, RecordedServer } from "../record.ts";
import { loopback, type OnServer, portAddress, StackServer } from "../server.ts";
import type { PendingArchive } from "./class-archive.ts";
import { type Command, resolveCommand } from "./command.ts";
import { withOwnPorts } from "./listening.ts";
import type { NativeParts } from "./parts.ts";
import { makeFolders, placeOf, type ServerFolders, writeFiles } from "./place.ts";
import { fillWithPrepared } from "./prepared-server.ts";
import type { StackProcesses } from "./stack-processes.ts";

/** What a placed server needs of its runtime. */
export interface NativeBuild {
  readonly stackId: string;
  readonly folder: string;
  readonly cacheDir: string;
  readonly parts: NativeParts;
  readonly jvm: JvmTuning;
  readonly classDataSharing: boolean;
  readonly recordClasses?: boolean;
  readonly onServer: OnServer;
  readonly processes: StackProcesses;
  /** Writes the server down, before it is started. */
  readonly record: (server: RecordedServer) => void;
  readonly onArchive: (server: string, archive: PendingArchive) => void;
}

export interface ServerToPlace {
  readonly build: NativeBuild;
  readonly spec: ServerSpec;
  readonly ports: Readonly<Record<string, number>>;
}

/** Gives a server its folders; `start` makes its data, writes its configuration and starts its process. */
export function placeServer({ build, spec, ports }: ServerToPlace): { placed: PlacedServer; server: StackServer } {
  const folders = makeFolders({ folder: build.folder, server: spec.name });
  const { name, part } = spec;
  const { onServer } = build;
  const spawn = async () =>
    withOwnPorts(await build.processes.preparing(spawnServer({ build, spec, ports, folders })), ports);
  const server = new StackServer({
    name,
    part,
    spec,
    ports,
    hosts: loopback,
    logFile: folders.logFile,
    spawn,
    onServer,
  });
  const address = (port: string) => portAddress({ server: name, ports, host: loopback.outer, port });
  const start = async () => {
    await server.start();
    return server;
  };
  return { server, placed: { spec, address, innerAddress: address, start } };
}

async function spawnServer({ build, spec, ports, folders }: ServerToPlace & { folders: ServerFolders }) {
  const { configDir, dataDir, tempDir, logFile } = folders;
  const place = placeOf({ server: spec.name, ports, configDir, dataDir });
  // A restart finds its data there, and does not record its classes a second time.
  const first = readdirSync(dataDir).length === 0;
  if (first) await fillWithPrepared({ build, spec, ports, folders });
  const launch = spec.launch(place);
  mkdirSync(tempDir, { recursive: true, mode: 0o700 });
  writeFiles(launch, place);
  const { parts, jvm, cacheDir, stackId } = build;
  const record = first && build.recordClasses === true;
  const sharing = build.classDataSharing ? { cacheDir, record, owner: `${stackId}-${spec.name}` } : undefined;
  const resolved = resolveCommand({ parts, part: spec.part, launch, jvm, tempDir, sharing });
  if (resolved.sharing?.kind === "record") build.onArchive(spec.name, resolved.sharing);
  const process = forRestart(resolved, dataDir);
  build.record({ name: spec.name, part: spec.part, ports, hosts: loopback, logFile, process });
  return build.processes.spawn({ server: spec.name, command: resolved, cwd: dataDir, logFile });
}

/** The command line as a later harness starts it again: it records no classes. */
function forRestart({ command, args, env }: Command, cwd: string): RecordedProcess {
  return { cwd, command, args: args.filter((arg) => !arg.startsWith("-XX:ArchiveClassesAtExit=")), env: { ...env } };
}
