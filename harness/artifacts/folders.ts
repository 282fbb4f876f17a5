import { existsSync, readFileSync, statSync } from "node:fs";
import { mkdir, readdir, rename, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { cacheProblem, incomingFolder } from "./cache.ts";

export interface PlacedFolder {
  readonly cacheDir: string;
  /** Its place in the cache. */
  readonly path: string;
  /** Fills an empty folder that will become it. */
  readonly fill: (folder: string) => Promise<void>;
}

/**
 * A folder of the cache that is made of other files: unpacked, or linked. It appears whole, by a rename, with a record
 * of its files, so that one that was damaged later is seen and made again.
 */
export async function placeFolder({ cacheDir, path, fill }: PlacedFolder): Promise<string> {
  const place = join(cacheDir, path);
  if (isIntact(place)) return place;
  await using incoming = await incomingFolder(cacheDir);
  const made = join(incoming.path, "made");
  try {
    await mkdir(made);
    await fill(made);
    await writeFile(join(made, recordName), JSON.stringify(await listing(made)));
    await mkdir(dirname(place), { recursive: true });
    await swapIn(made, place, join(incoming.path, "damaged"));
  } catch (error) {
    throw cacheProblem(cacheDir, error);
  }
  return place;
}

/** Whether all files that were there when the folder was made are there still, with their sizes and times. */
export function isIntact(place: string): boolean {
  try {
    const files = record.parse(JSON.parse(readFileSync(join(place, recordName), "utf8")));
    return Object.entries(files).every(([name, [size, mtimeMs]]) => {
      const found = statSync(join(place, name), { throwIfNoEntry: false });
      return found?.size === size && found.mtimeMs === mtimeMs;
    });
  } catch {
    return false;
  }
}

const recordName = ".floe-files.json";
const record = z.record(z.string(), z.tuple([z.number(), z.number()]));

async function listing(folder: string): Promise<Record<string, [number, number]>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: Record<string, [number, number]> = {};
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const { size, mtimeMs } = await stat(path);
    files[path.slice(folder.length + 1)] = [size, mtimeMs];
  }
  return files;
}

/** Another process may have put the same folder there meanwhile: then that one stays. */
async function swapIn(made: string, place: string, aside: string): Promise<void> {
  if (existsSync(place)) {
    if (isIntact(place)) return;
    await rename(place, aside);
  }
  try {
    await rename(made, place);
  } catch (error) {
    if (!isIntact(place)) throw error;
  }
}
