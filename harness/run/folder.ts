import { mkdir, readlink, rename, symlink, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { fileStamp } from "#core/clock.ts";
import { environmentError, systemCode } from "#core/errors.ts";

/** The evidence of one run: `runs/<theme>/<scenario>/<time>/`. */
export interface RunFolder {
  readonly path: string;
  file(name: string): string;
}

/** Makes the folder of a new run and lets `runs/latest` point to it. */
export async function makeRunFolder({ runs, scenario }: { runs: string; scenario: string }): Promise<RunFolder> {
  const parent = join(runs, scenario);
  try {
    await mkdir(parent, { recursive: true });
    const path = await claim(join(parent, fileStamp()));
    for (const folder of ["logs", "stages"]) await mkdir(join(path, folder));
    await pointLatest(runs, path);
    return { path, file: (name) => join(path, name) };
  } catch (error) {
    throw folderError(parent, error);
  }
}

/** A folder that was not there. Runs of one scenario, on several versions say, may begin in the same millisecond. */
async function claim(wanted: string, nth = 1): Promise<string> {
  const path = nth === 1 ? wanted : `${wanted}-${nth}`;
  try {
    await mkdir(path);
    return path;
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
    return claim(wanted, nth + 1);
  }
}

/** Replaces the link in one step, so that runs at once, begun in the same millisecond perhaps, never leave it missing. */
async function pointLatest(runs: string, path: string): Promise<void> {
  const target = relative(runs, path);
  const fresh = join(runs, `.latest-${target.replaceAll(sep, "-")}-${process.pid}`);
  await symlink(target, fresh);
  await rename(fresh, join(runs, "latest"));
}

/** The run that `runs/latest` points to. */
export async function latestRun(runs: string): Promise<string> {
  try {
    return join(runs, await readlink(join(runs, "latest")));
  } catch (error) {
    throw environmentError({
      code: "NO_RUN",
      what: `there is no run in ${runs} yet`,
      remedy: "./floe scenario",
      cause: error,
    });
  }
}

/** Writes a JSON file for people and programs: two spaces, a last newline. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  try {
    await writeFile(file, `${JSON.stringify(value, undefined, 2)}\n`);
  } catch (error) {
    throw folderError(file, error);
  }
}

function folderError(path: string, error: unknown): Error {
  const code = systemCode(error);
  return environmentError({
    code: code === "ENOSPC" ? "DISK_FULL" : "RUN_FOLDER",
    what: code === "ENOSPC" ? `the disk is full: ${path}` : `${path} could not be written`,
    got: code,
    remedy: "free some room, or name another folder with --runs FOLDER",
    cause: error,
  });
}
