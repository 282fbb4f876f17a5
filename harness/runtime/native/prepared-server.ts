import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { within } from "#core/deadline.ts";
import { endedBadly } from "../failure.ts";
import { logSize } from "../log-tail.ts";
import type { PreparedData } from "../port.ts";
import { programFingerprint, resolveCommand } from "./command.ts";
import { placeOf, type ServerFolders, writeFiles } from "./place.ts";
import type { ServerToPlace } from "./placed-server.ts";
import { copyPrepared, preparedData } from "./prepared.ts";

type Options = ServerToPlace & { readonly folders: ServerFolders };

const makeWithinMs = 120_000;

/** Gives a server the first data that its spec describes: from the cache, made there once for each program and key. */
export async function fillWithPrepared(options: Options): Promise<void> {
  const { build, spec, folders } = options;
  const { prepared } = spec;
  if (prepared === undefined) return;
  const from = await preparedData({
    cacheDir: build.cacheDir,
    name: dataName(options, prepared),
    owner: `${build.stackId}-${spec.name}`,
    make: (dataDir) => makeData({ ...options, prepared, dataDir }),
  });
  await copyPrepared({ from, to: folders.dataDir, forget: prepared.forget });
}

/** `<part>-<program>-<key>`. */
function dataName({ build, spec, ...rest }: Options, prepared: PreparedData): string {
  const { program } = prepared.make(preparePlace({ build, spec, ...rest }, rest.folders.dataDir));
  const key = prepared.key.replaceAll(/[^A-Za-z0-9.-]/g, "_");
  return `${spec.part}-${programFingerprint(build.parts, program)}-${key}`;
}

async function makeData(options: Options & { prepared: PreparedData; dataDir: string }): Promise<void> {
  const { build, spec, folders, prepared, dataDir } = options;
  const place = preparePlace(options, dataDir);
  const launch = prepared.make(place);
  mkdirSync(place.file("."), { recursive: true, mode: 0o700 });
  writeFiles(launch, place);
  const { parts, jvm } = build;
  const command = resolveCommand({ parts, part: spec.part, launch, jvm, tempDir: folders.tempDir });
  const logFile = join(build.folder, "logs", `${spec.name}-prepare.log`);
  const log = { server: spec.name, logFile, fromByte: logSize(logFile) };
  const maker = await build.processes.spawn({ server: spec.name, command, cwd: dataDir, logFile });
  try {
    const what = `the first data of ${spec.name} to be made`;
    const exit = await within({ what, ms: makeWithinMs, run: maker.exited });
    if (exit.exitCode !== 0) throw endedBadly({ log, what: `the first data of ${spec.name} could not be made`, exit });
  } finally {
    maker.signal("SIGKILL");
  }
}

/** Its configuration files lie beside the server's own. */
function preparePlace({ build, spec, ports }: Options, dataDir: string) {
  const configDir = join(build.folder, "config", `${spec.name}-prepare`);
  return placeOf({ server: spec.name, ports, configDir, dataDir });
}
