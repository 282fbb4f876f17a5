import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { invariant } from "#core/errors.ts";
import type { Launch, Place } from "../port.ts";

/** A server's folders in its stack's folder. Everything below `data/` goes with the stack; logs and config stay. */
export interface ServerFolders {
  readonly configDir: string;
  readonly dataDir: string;
  /** In place of the system's temporary folder, so that a killed server leaves nothing there. */
  readonly tempDir: string;
  readonly logFile: string;
}

export function makeFolders({ folder, server }: { folder: string; server: string }): ServerFolders {
  const folders = {
    configDir: join(folder, "config", server),
    dataDir: join(folder, "data", server),
    tempDir: join(folder, "data", ".tmp", server),
    logFile: join(folder, "logs", `${server}.log`),
  };
  for (const path of [folders.configDir, folders.dataDir, folders.tempDir, join(folder, "logs")]) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  }
  return folders;
}

export interface PlaceOptions {
  readonly server: string;
  readonly ports: Readonly<Record<string, number>>;
  readonly configDir: string;
  readonly dataDir: string;
}

export function placeOf({ server, ports, configDir, dataDir }: PlaceOptions): Place {
  return {
    bindHost: "127.0.0.1",
    dataDir,
    file: (name) => join(configDir, name),
    port: (name) => {
      const port = ports[name];
      invariant(port !== undefined, `${server} names its port ${name} in its spec`);
      return port;
    },
  };
}

/** Writes a launch's configuration files, readable by their owner alone. */
export function writeFiles(launch: Launch, place: Place): void {
  for (const [name, content] of Object.entries(launch.files ?? {})) {
    writeFileSync(place.file(name), content, { mode: 0o600 });
  }
}
