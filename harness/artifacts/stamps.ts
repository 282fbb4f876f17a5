import { statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writeWhole } from "./cache.ts";

/**
 * What a file looked like when its sha256 was found right: its size, its time, the sha256. A file that still looks so
 * is taken as unchanged: hashing 400 MB at every start would cost a second.
 */
const stamp = z.tuple([z.number(), z.number(), z.string()]);
const stampFile = z.record(z.string(), stamp);
export type Stamp = z.infer<typeof stamp>;
export type Stamps = Readonly<Record<string, Stamp>>;

/** By path in the cache. A record that is missing or broken only costs the hashing. */
export async function readStamps(cacheDir: string): Promise<Stamps> {
  try {
    return stampFile.parse(JSON.parse(await readFile(fileIn(cacheDir), "utf8")));
  } catch {
    return {};
  }
}

/** Adds stamps to the record. One lost to another process that writes at the same time is made again. */
export async function addStamps(cacheDir: string, added: Stamps): Promise<void> {
  if (Object.keys(added).length === 0) return;
  const all = { ...(await readStamps(cacheDir)), ...added };
  await writeWhole(cacheDir, fileIn(cacheDir), JSON.stringify(all));
}

/** A file's stamp as it is now; undefined where there is no file. */
export function stampOf(cacheDir: string, path: string, sha256: string): Stamp | undefined {
  const found = statSync(join(cacheDir, path), { throwIfNoEntry: false });
  return found?.isFile() === true ? [found.size, found.mtimeMs, sha256] : undefined;
}

export function sameStamp(left: Stamp | undefined, right: Stamp | undefined): boolean {
  return left !== undefined && right !== undefined && left.every((value, at) => value === right[at]);
}

function fileIn(cacheDir: string): string {
  return join(cacheDir, "verified.json");
}
