import { statSync } from "node:fs";
import { open } from "node:fs/promises";
import { every } from "#core/deadline.ts";

export interface LineWatch {
  readonly file: string;
  /** Called with each whole line that is written from now on. */
  readonly onLine: (line: string) => void;
}

/** Reads what a server adds to its log, twenty times a second. A file that is not there yet is read from its start. */
export function watchLines({ file, onLine }: LineWatch): Disposable {
  let at = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  let rest = Buffer.alloc(0);
  const look = async () => {
    const added = await readFrom(file, at).catch(() => Buffer.alloc(0));
    at += added.length;
    const bytes = Buffer.concat([rest, added]);
    const end = bytes.lastIndexOf(newline) + 1;
    rest = bytes.subarray(end);
    if (end > 0)
      bytes
        .toString("utf8", 0, end - 1)
        .split("\n")
        .forEach((line) => onLine(line));
  };
  return every(50, look);
}

const newline = "\n".charCodeAt(0);

async function readFrom(file: string, from: number): Promise<Buffer<ArrayBuffer>> {
  await using handle = await open(file, "r");
  const { size } = await handle.stat();
  const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(Math.max(0, size - from)), position: from });
  return buffer.subarray(0, bytesRead);
}
