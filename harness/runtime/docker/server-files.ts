import type { ArchivedFile } from "./archive.ts";
import { configDir, dataDir, home, launchFile } from "./command.ts";

/** A server's configuration by name, and its launch script. */
export type ServerFiles = Readonly<Record<string, string>> & { readonly "launch.sh": string };

/** Its files as they lie in its container, with the folders that hold them: nobody else's to read. */
export function serverFiles(files: ServerFiles): ArchivedFile[] {
  const folders = [home, configDir, dataDir].map((path) => ({ name: `${path.slice(1)}/`, mode: 0o700, content: "" }));
  const own = Object.entries(files).map(([name, content]) => ({
    name: (name === "launch.sh" ? launchFile : `${configDir}/${name}`).slice(1),
    mode: 0o600,
    content,
  }));
  return [...folders, ...own];
}
