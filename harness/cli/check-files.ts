import { readdir } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { FloeError, usageError } from "#core/errors.ts";
import type { ReadFile } from "#lint/document.ts";
import { byFolder, documentsOf, type Judging } from "#lint/judge.ts";
import { connectors } from "#lint/pipeline.ts";
import { changedSince, filesAt } from "#rehearsal/git.ts";
import { readAsked, readBeside } from "./lint-files.ts";

/** One folder's files: those that are to be tried, those that stand beside them, and how all of them were before. */
export interface Folder {
  readonly files: readonly ReadFile[];
  readonly beside: readonly ReadFile[];
  /** Undefined where there is nothing to compare with. */
  readonly old: readonly ReadFile[] | undefined;
}

export interface Wanted {
  readonly paths: readonly string[];
  readonly base: string | undefined;
  readonly diff: boolean;
  readonly judging: Judging;
}

/** What is to be tried, folder by folder. */
export async function wantedFolders(wanted: Wanted): Promise<Folder[]> {
  const { paths, base, diff } = wanted;
  if (diff && base === undefined) return [await twoSides(paths)];
  const cwd = process.cwd();
  const changed = base === undefined ? undefined : new Set(await changedSince(base, cwd));
  const { files } = await readAsked(paths.length === 0 ? [...(changed ?? [])] : paths, undefined);
  const own = files.filter((each) => isConnector(each, wanted.judging));
  const asked = changed === undefined || paths.length === 0 ? own : own.filter(({ file }) => changed.has(file));
  return Promise.all(
    [...byFolder(asked)].map(async ([folder, inIt]) => ({
      files: inIt,
      beside: await readBeside(folder, inIt, undefined),
      old: diff && base !== undefined ? await filesAt(base, { folder, cwd }) : undefined,
    })),
  );
}

function isConnector(file: ReadFile, judging: Judging): boolean {
  return file.problems.length > 0 || documentsOf([file], judging).some(({ kind }) => connectors.includes(kind));
}

/** `--diff OLD NEW`: files or folders. A side that is one file has the rest of the pipeline from beside it, or from the other side. */
async function twoSides(paths: readonly string[]): Promise<Folder> {
  const [oldPath, newPath, another] = paths;
  if (oldPath === undefined || newPath === undefined || another !== undefined) throw notTwo(paths);
  const [old, fresh] = await Promise.all([oldPath, newPath].map((path) => readAsked([path], undefined)));
  const named = [...(old?.files ?? []), ...(fresh?.files ?? [])];
  const besideOld = await besideOf(oldPath, named);
  const besideNew = await besideOf(newPath, named);
  const rest = (own: readonly ReadFile[], other: readonly ReadFile[]) => (own.length > 0 ? own : other);
  return {
    files: fresh?.files ?? [],
    beside: rest(besideNew, besideOld),
    old: [...(old?.files ?? []), ...rest(besideOld, besideNew)],
  };
}

async function besideOf(path: string, named: readonly ReadFile[]): Promise<ReadFile[]> {
  if (await isFolder(path)) return [];
  return readBeside(dirname(path), named, undefined);
}

async function isFolder(path: string): Promise<boolean> {
  return readdir(path).then(
    () => true,
    () => false,
  );
}

function notTwo(paths: readonly string[]): FloeError {
  return usageError({
    code: "DIFF_SIDES",
    what: "a preview compares two sides",
    expected: "--diff OLD NEW (files or folders), or --diff --base REF",
    got: paths.map((path) => basename(path)).join(" ") || "no path",
    remedy: "floe check --diff old/ new/",
  });
}
