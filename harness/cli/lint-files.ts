import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { messageOf, systemCode, usageError } from "#core/errors.ts";
import type { ReadFile } from "#lint/document.ts";
import { layOver } from "#lint/overlay.ts";
import { isJudged, readConfiguration } from "#lint/read/file.ts";

export interface Asked {
  /** Files to judge, each with whether it was named itself (a folder may hold what is not ours). */
  readonly files: readonly ReadFile[];
  readonly named: ReadonlySet<string>;
}

/** Reads files, and the files of folders. */
export async function readAsked(paths: readonly string[], over: string | undefined): Promise<Asked> {
  const named = new Set<string>();
  const all = await Promise.all(
    paths.map(async (path) => {
      const kind = await stat(path).catch((error: unknown) => {
        throw unreadable(path, error);
      });
      if (kind.isDirectory()) return filesIn(path);
      named.add(path);
      return [path];
    }),
  );
  const files = await Promise.all([...new Set(all.flat())].map((file) => readOne(file, over)));
  return { files, named };
}

/** The files that stand beside others in their folder. */
export async function readBeside(
  folder: string,
  without: readonly ReadFile[],
  over: string | undefined,
): Promise<ReadFile[]> {
  const taken = new Set(without.map(({ file }) => file));
  const names = (await filesIn(folder)).filter((file) => !taken.has(file));
  return Promise.all(names.map((file) => readOne(file, over)));
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((each) => each.isFile() && isJudged(each.name))
    .map(({ name }) => join(folder, name))
    .toSorted();
}

async function readOne(file: string, over: string | undefined): Promise<ReadFile> {
  const base = readConfiguration({ file, text: await text(file) });
  const above = over === undefined || dirname(file) === over ? undefined : join(over, basename(file));
  if (above === undefined || !(await exists(above))) return base;
  return layOver(base, readConfiguration({ file: above, text: await text(above) }));
}

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined))?.isFile() === true;
}

async function text(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(path: string, error: unknown): Error {
  return usageError({
    code: "LINT_FILE_UNREADABLE",
    what: `${path} cannot be read`,
    got: systemCode(error) ?? messageOf(error),
    remedy: "check the path and its rights",
    cause: error,
  });
}
