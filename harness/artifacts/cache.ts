import { constants } from "node:fs";
import { access, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { environmentError, type FloeError, systemCode } from "#core/errors.ts";

/** Where fetched parts are kept: `FLOE_CACHE`, else the XDG cache folder. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const { FLOE_CACHE: own, XDG_CACHE_HOME: xdg } = env;
  if (own !== undefined && own !== "") return own;
  return join(xdg === undefined || xdg === "" ? join(homedir(), ".cache") : xdg, "floe");
}

/** Makes the cache's folder, proves that it can be written, and clears what ended processes left half done. */
export async function openCache(cacheDir: string): Promise<void> {
  try {
    await mkdir(incoming(cacheDir), { recursive: true });
    await access(incoming(cacheDir), constants.W_OK);
    await clearAbandoned(cacheDir);
  } catch (error) {
    throw cacheProblem(cacheDir, error);
  }
}

/** A folder of this process's own, on the cache's file system, so that a rename puts its content in place. */
export async function incomingFolder(cacheDir: string): Promise<AsyncDisposable & { readonly path: string }> {
  try {
    await mkdir(incoming(cacheDir), { recursive: true });
    const path = await mkdtemp(join(incoming(cacheDir), `${process.pid}-`));
    return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
  } catch (error) {
    throw cacheProblem(cacheDir, error);
  }
}

/** Writes a file whole or not at all: another process sees the old one or the new one. */
export async function writeWhole(cacheDir: string, file: string, text: string): Promise<void> {
  await using folder = await incomingFolder(cacheDir);
  const temporary = join(folder.path, "file");
  try {
    await writeFile(temporary, text);
    await mkdir(dirname(file), { recursive: true });
    await rename(temporary, file);
  } catch (error) {
    throw cacheProblem(cacheDir, error);
  }
}

/** The error for a cache that cannot be used; anything that is not the file system's doing comes back as it is. */
export function cacheProblem(cacheDir: string, error: unknown): unknown {
  const code = systemCode(error);
  const ofNetwork = error instanceof Error && "syscall" in error && error.syscall === "connect";
  if (code === undefined || ofNetwork || !(code in problems)) return error;
  return unusable(cacheDir, problems[code] ?? code, error);
}

function unusable(cacheDir: string, problem: string, cause: unknown): FloeError {
  return environmentError({
    code: "CACHE_NOT_WRITABLE",
    what: `the cache ${cacheDir} cannot be written: ${problem}`,
    expected: "a folder that this user may write, with 1 GB free",
    remedy: `make room or rights there, or choose another folder: FLOE_CACHE=<folder>`,
    cause,
  });
}

const problems: Readonly<Record<string, string>> = {
  EACCES: "no permission",
  EPERM: "not permitted",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the quota is used up",
  ENOTDIR: "part of the path is a file",
  EEXIST: "a file is in the way",
  ENOENT: "the folder cannot be made",
};

function incoming(cacheDir: string): string {
  return join(cacheDir, "incoming");
}

async function clearAbandoned(cacheDir: string): Promise<void> {
  const names = await readdir(incoming(cacheDir));
  const abandoned = names.filter((name) => !isAlive(Number(name.split("-")[0])));
  await Promise.all(abandoned.map((name) => rm(join(incoming(cacheDir), name), { recursive: true, force: true })));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}
