import { open } from "node:fs/promises";
import { every } from "#core/deadline.ts";

export interface LineWatch {
  readonly file: string;
  /** Called with each whole line that is written from now on. */
  readonly onLine: (line: string) => void;
}

/** Reads what a server adds to its log, twenty times a second. A file that is not there yet is waited for. */
export function watchLines({ file, onLine }: LineWatch): Disposable {
  let at: number | undefined;
  let rest = "";
  const look = async () => {
    const added = await readFrom(file, at).catch(() => undefined);
    if (added === undefined) return;
    at = added.end;
    const lines = `${rest}${added.text}`.split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(onLine);
  };
  return every(50, look);
}

/** What the file has from an offset on; with none, nothing but where it ends. */
async function readFrom(file: string, from: number | undefined): Promise<{ text: string; end: number }> {
  await using handle = await open(file, "r");
  const { size } = await handle.stat();
  if (from === undefined) return { text: "", end: size };
  const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(Math.max(0, size - from)), position: from });
  return { text: buffer.toString("utf8", 0, bytesRead), end: from + bytesRead };
}
