import { createWriteStream } from "node:fs";
import { chmod, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { type Entry, openPromise } from "yauzl";
import { usageError } from "#core/errors.ts";

/** Unpacks a zip (a plugin, a wheel) into a folder. Names that lead out of it, and links, are refused. */
export async function unzip(zip: string, folder: string): Promise<void> {
  // yauzl itself refuses absolute names, backslashes and `..`: no entry can be written outside the folder.
  const file = await openPromise(zip, { lazyEntries: true, strictFileNames: true });
  try {
    for await (const entry of file.eachEntry()) {
      if (isLink(entry)) throw linkInside(zip, entry.fileName);
      const target = join(folder, entry.fileName);
      if (entry.fileName.endsWith("/")) {
        await mkdir(target, { recursive: true });
        continue;
      }
      await mkdir(dirname(target), { recursive: true });
      await pipeline(await file.openReadStreamPromise(entry), createWriteStream(target));
      if ((modeOf(entry) & 0o111) !== 0) await chmod(target, 0o755);
    }
  } finally {
    file.close();
  }
}

/** The content of one entry; undefined where there is none of this name. */
export async function readZipEntry(zip: string, name: string): Promise<Buffer | undefined> {
  const file = await openPromise(zip, { lazyEntries: true });
  try {
    for await (const entry of file.eachEntry()) {
      if (entry.fileName === name) return await buffer(await file.openReadStreamPromise(entry));
    }
    return undefined;
  } finally {
    file.close();
  }
}

/** The Unix mode is in the upper half of the attributes, where the zip was made on Unix. */
function modeOf(entry: Entry): number {
  return (entry.externalFileAttributes >>> 16) & 0xffff;
}

function isLink(entry: Entry): boolean {
  return (modeOf(entry) & 0o170000) === 0o120000;
}

function linkInside(zip: string, name: string): Error {
  return usageError({
    code: "ZIP_UNSAFE",
    what: `${zip} holds a symbolic link, ${name}, which could lead out of its folder`,
    remedy: "unpack it yourself and name the folder instead",
  });
}
