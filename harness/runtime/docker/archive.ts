import { createReadStream, statSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Pack, pack } from "tar-stream";

/** What goes into an archive: text, or a file of this machine. */
export interface ArchivedFile {
  /** Without a leading slash. A folder's ends with one. */
  readonly name: string;
  readonly mode: number;
  readonly content: string | { readonly file: string };
}

export interface ArchiveOptions {
  readonly files: readonly ArchivedFile[];
  readonly owner: { readonly uid: number; readonly gid: number };
}

/** No time of its own: the same files make the same archive, and an image of them the same layers. */
const mtime = new Date(0);

/** A tar archive as a stream. */
export function archive({ files, owner }: ArchiveOptions): Readable {
  const archived = pack();
  void fill(archived, { files, owner }).catch((error: unknown) => archived.destroy(asError(error)));
  return Readable.from(archived);
}

async function fill(archived: Pack, { files, owner }: ArchiveOptions): Promise<void> {
  for (const { name, mode, content } of files) {
    const header = { name, mode, mtime, ...owner };
    if (name.endsWith("/")) archived.entry({ ...header, type: "directory" });
    else if (typeof content === "string") archived.entry(header, content);
    else
      await pipeline(createReadStream(content.file), archived.entry({ ...header, size: statSync(content.file).size }));
  }
  archived.finalize();
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new TypeError(String(error));
}
