import { existsSync, readdirSync } from "node:fs";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { FloeError, invariant } from "#core/errors.ts";
import { incomingFolder } from "./cache.ts";
import { placeFolder } from "./folders.ts";
import type { Lock } from "./lock.ts";
import { missingBecause } from "./missing.ts";
import { examineMysqld, launchers, type Mysqld, mysqlTools, ofPackages } from "./mysqld.ts";
import { type OnProgress, tellStep } from "./progress.ts";
import { mysqlMissing, openPackageIndex } from "./registry/debian.ts";

export interface PackagesOptions {
  readonly cacheDir: string;
  readonly source: Lock["mysql"];
  /** Throws where this version must not be used; asked before anything is downloaded. */
  readonly accept: (version: string) => void;
  readonly onProgress: OnProgress;
}

/** Unpacks the distribution's MySQL into the cache. Nothing is installed, and no rights are needed. */
export async function mysqldFromPackages(options: PackagesOptions): Promise<Mysqld> {
  const { cacheDir, source } = options;
  const place = await unpackPackages(options).catch((error: unknown) => {
    // An error of our own that names the way out stands; a client's failure becomes a part that is missing.
    throw error instanceof FloeError && error.code === "MYSQL_MISSING"
      ? error
      : missingBecause(cacheDir, source.packages, error);
  });
  const { found, problem } = await examineMysqld(cacheDir, join(place, launchers, "mysqld"), ofPackages);
  if (found !== undefined) return found;
  throw mysqlMissing(`the one of the distribution's packages does not run here: ${problem}`);
}

async function unpackPackages({ cacheDir, source, accept, onProgress }: PackagesOptions): Promise<string> {
  await using work = await incomingFolder(cacheDir);
  tellStep(onProgress, "mysql", "resolving");
  const index = await openPackageIndex({ ...source, workDir: work.path, missing: mysqlMissing });
  accept(index.version);
  const place = await placeFolder({
    cacheDir,
    path: join("mysql", index.version.replaceAll(/[^\w.+-]/g, "_")),
    fill: async (folder) => {
      await index.download((doneBytes, totalBytes) =>
        onProgress({ part: "mysql", step: "fetching", doneBytes, totalBytes }),
      );
      tellStep(onProgress, "mysql", "unpacking");
      await index.unpack(folder, neverRun);
      await Promise.all(unneeded.map((name) => rm(join(folder, name), { recursive: true, force: true })));
      await writeLaunchers(folder);
    },
  });
  tellStep(onProgress, "mysql", "ready");
  return place;
}

/** Perl is for MySQL's scripts, of which none is run. */
const neverRun = /^(lib)?perl/;
const unneeded = ["usr/share/doc", "usr/share/man", "usr/share/lintian", "var", "etc"];

/**
 * A small script for each program, which runs it with the C library and the files that it was built for, wherever the
 * cache lies. `exec` leaves no shell behind: signals reach the program itself.
 */
async function writeLaunchers(folder: string): Promise<void> {
  const libraries = readdirSync(join(folder, "usr", "lib")).find((name) => name.endsWith("-linux-gnu"));
  invariant(libraries !== undefined, "Debian's packages have their libraries in a folder named by the machine");
  const loader = readdirSync(join(folder, "usr", "lib", libraries)).find((name) => name.startsWith("ld-linux"));
  invariant(loader !== undefined, "Debian's packages bring the C library's loader");
  await mkdir(join(folder, launchers));
  const programs = { mysqld: "sbin/mysqld", ...Object.fromEntries(mysqlTools.map((tool) => [tool, `bin/${tool}`])) };
  for (const [name, program] of Object.entries(programs)) {
    if (!existsSync(join(folder, "usr", program))) continue;
    const file = join(folder, launchers, name);
    await writeFile(file, launcherText({ libraries, loader, program }));
    await chmod(file, 0o755);
  }
}

function launcherText({ libraries, loader, program }: { libraries: string; loader: string; program: string }): string {
  const own =
    basename(program) === "mysqld"
      ? ' --basedir="$usr" --lc-messages-dir="$usr/share/mysql" --plugin-dir="$usr/lib/mysql/plugin"' +
        ' --character-sets-dir="$usr/share/mysql/charsets" --secure-file-priv=NULL'
      : "";
  return `#!/bin/sh
usr="\${0%/*}/../usr"
lib="$usr/lib/${libraries}"
exec "$lib/${loader}" --library-path "$lib:$usr/lib/mysql/private" "$usr/${program}" "$@"${own}
`;
}
