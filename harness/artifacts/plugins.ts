import { createHash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { copyFile, link, mkdir, symlink } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { messageOf, usageError } from "#core/errors.ts";
import { sha256Of } from "./checksum.ts";
import { artifactPath } from "./files.ts";
import { placeFolder } from "./folders.ts";
import type { LockedArtifact } from "./lock.ts";
import { unzip } from "./zip.ts";

export interface LinkedPlugin {
  readonly cacheDir: string;
  /** `iceberg-1.12.0` */
  readonly name: string;
  readonly jars: readonly LockedArtifact[];
}

/** A folder for the worker's `plugin.path`, with one plugin in it that is made of jars in the cache. */
export async function pluginOfJars({ cacheDir, name, jars }: LinkedPlugin): Promise<string> {
  const key = createHash("sha256")
    .update(jars.map((jar) => jar.sha256).join())
    .digest("hex")
    .slice(0, 12);
  return placeFolder({
    cacheDir,
    path: join("plugins", `${name}-${key}`),
    fill: async (folder) => {
      const plugin = join(folder, name);
      await mkdir(plugin);
      await Promise.all(
        jars.map((jar) => {
          const file = join(cacheDir, artifactPath(jar));
          return linkOrCopy(file, join(plugin, basename(file)));
        }),
      );
    },
  });
}

/** A folder for `plugin.path`, with the plugin that a zip of the cache holds. */
export async function pluginOfZip({
  cacheDir,
  name,
  zip,
}: {
  cacheDir: string;
  name: string;
  zip: LockedArtifact;
}): Promise<string> {
  return placeFolder({
    cacheDir,
    path: join("plugins", `${name}-${zip.sha256.slice(0, 12)}`),
    fill: (folder) => unzip(join(cacheDir, artifactPath(zip)), join(folder, name)),
  });
}

/** A folder for `plugin.path`, with the user's own plugin: a zip is unpacked, a folder of jars is used where it is. */
export async function userPlugin(cacheDir: string, given: string): Promise<string> {
  const path = resolve(given);
  const kind = statSync(path, { throwIfNoEntry: false });
  if (kind?.isDirectory() === true) return linkedPlugin(cacheDir, path);
  if (kind?.isFile() !== true || !path.endsWith(".zip"))
    throw unfit(given, existsSync(path) ? "neither" : "nothing there");
  const key = (await sha256Of(path)).slice(0, 12);
  const name = basename(path, ".zip");
  try {
    return await placeFolder({
      cacheDir,
      path: join("plugins", `${name}-${key}`),
      fill: (folder) => unzip(path, join(folder, name)),
    });
  } catch (error) {
    if (!isZipProblem(error)) throw error;
    throw unfit(given, messageOf(error));
  }
}

async function linkedPlugin(cacheDir: string, path: string): Promise<string> {
  const key = createHash("sha256").update(path).digest("hex").slice(0, 12);
  return placeFolder({
    cacheDir,
    path: join("plugins", `${basename(path)}-${key}`),
    fill: (folder) => symlink(path, join(folder, basename(path))),
  });
}

/** yauzl's errors are plain ones, without a code of the system. */
function isZipProblem(error: unknown): boolean {
  return error instanceof Error && error.name === "Error" && !("code" in error);
}

function unfit(given: string, got: string): Error {
  return usageError({
    code: "PLUGIN_UNFIT",
    what: `--plugin ${given} cannot be used`,
    expected: "a zip of a Connect plugin, or a folder with its jars",
    got,
    remedy: "name the plugin's zip as it is published, or the folder that holds its jars",
  });
}

/** Hard links cost nothing; where the file system has none, a copy. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch {
    await copyFile(from, to);
  }
}
