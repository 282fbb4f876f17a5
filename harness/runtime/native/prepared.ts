import { constants, existsSync } from "node:fs";
import { cp, mkdir, readdir, rename, stat } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { wallNowMs } from "#core/clock.ts";
import { systemCode } from "#core/errors.ts";
import { removeFolder } from "../ending.ts";

export interface PreparedOptions {
  readonly cacheDir: string;
  /** Part, program and key: everything that the data depends on. */
  readonly name: string;
  /** Unique to this server of this stack, for the folder in which the data is made. */
  readonly owner: string;
  /** Fills an empty folder. */
  readonly make: (dataDir: string) => Promise<void>;
}

const beingMade = new Map<string, Promise<void>>();

/** The folder with a server's first data, made once. Two that make it at once both succeed: one result is kept. */
export async function preparedData(options: PreparedOptions): Promise<string> {
  const folder = join(options.cacheDir, "prepared", options.name);
  if (existsSync(folder)) return folder;
  const making = beingMade.get(folder) ?? make(folder, options).finally(() => beingMade.delete(folder));
  beingMade.set(folder, making);
  await making;
  return folder;
}

async function make(folder: string, { owner, make }: PreparedOptions): Promise<void> {
  await removeAbandoned(dirname(folder));
  const unfinished = `${folder}.unfinished-${owner}`;
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  try {
    await make(unfinished);
    await rename(unfinished, folder);
  } catch (error) {
    await removeFolder(unfinished);
    if (systemCode(error) !== "ENOTEMPTY" && systemCode(error) !== "EEXIST") throw error;
  }
}

/** What a killed harness left half made. */
async function removeAbandoned(parent: string): Promise<void> {
  const hourMs = 3_600_000;
  const names = existsSync(parent) ? await readdir(parent) : [];
  for (const path of names.filter((name) => name.includes(".unfinished-")).map((name) => join(parent, name))) {
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: wallNowMs() }));
    if (wallNowMs() - mtimeMs > hourMs) await removeFolder(path);
  }
}

/** Copies prepared data into a server's own folder; blocks are shared where the file system can. */
export async function copyPrepared({ from, to, forget }: CopyOptions): Promise<void> {
  const left = new Set(forget);
  await cp(from, to, {
    recursive: true,
    mode: constants.COPYFILE_FICLONE,
    filter: (source) => !left.has(relative(from, source)),
  });
}

export interface CopyOptions {
  readonly from: string;
  readonly to: string;
  /** Paths below `from` that must be each server's own. */
  readonly forget: readonly string[];
}
