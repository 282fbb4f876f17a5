import { createHash } from "node:crypto";
import { statSync } from "node:fs";

/** 16 hex digits that change when a text changes, or a file's size or time. A path that is no file counts as text. */
export function fingerprint({ texts, files }: { texts: readonly string[]; files: readonly string[] }): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(`${text}\0`);
  for (const file of files) {
    const stat = statSync(file, { throwIfNoEntry: false });
    hash.update(`${file}\0${stat?.isFile() === true ? `${stat.size} ${stat.mtimeMs}` : ""}\0`);
  }
  return hash.digest("hex").slice(0, 16);
}
