import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { usageError } from "#core/errors.ts";
import { compareVersions } from "#core/versions.ts";
import { askOnce } from "./answers.ts";
import { isIntact } from "./folders.ts";
import { isExecutable, onPath } from "./programs.ts";

export const mysqlTools = ["mysql", "mysqldump", "mysqlbinlog"] as const;
export type MysqlTool = (typeof mysqlTools)[number];

export interface Mysqld {
  readonly command: string;
  /** Before the server's own. */
  readonly args: readonly string[];
  readonly version: string;
  /** Where it was found, for people. */
  readonly from: string;
  readonly tools: Readonly<Partial<Record<MysqlTool, string>>>;
}

export interface MysqldSearch {
  readonly found?: Mysqld;
  readonly rejected: readonly string[];
}

const oldestMysql = "8.0";

/** In an unpacked MySQL: the scripts that start its programs. */
export const launchers = "floe-bin";
export const ofPackages = "the distribution's packages";

/** The one that was named, or on PATH, or unpacked in the cache before. */
export async function findMysqld(cacheDir: string, named: string | undefined): Promise<MysqldSearch> {
  if (named !== undefined) return { found: await namedMysqld(cacheDir, named), rejected: [] };
  const rejected: string[] = [];
  const program = onPath("mysqld");
  if (program !== undefined) {
    const { found, problem } = await examineMysqld(cacheDir, program, "PATH");
    if (found !== undefined) return { found, rejected };
    rejected.push(problem);
  }
  const unpacked = newestUnpacked(cacheDir);
  if (unpacked === undefined) return { rejected };
  const { found } = await examineMysqld(cacheDir, unpacked, ofPackages);
  return found === undefined ? { rejected } : { found, rejected };
}

async function namedMysqld(cacheDir: string, file: string): Promise<Mysqld> {
  const { found, problem } = isExecutable(file)
    ? await examineMysqld(cacheDir, file, "--mysqld")
    : { found: undefined, problem: existsSync(file) ? "a file that cannot be run" : "no such file" };
  if (found !== undefined) return found;
  throw usageError({
    code: "MYSQLD_UNFIT",
    what: `--mysqld ${file} cannot be used`,
    expected: `the mysqld of MySQL ${oldestMysql} or later`,
    got: problem,
    remedy: "name another one, or leave --mysqld out",
  });
}

type Examined =
  | { readonly found: Mysqld; readonly problem: "" }
  | { readonly found: undefined; readonly problem: string };

/** Asks a program whether it is a MySQL that can be used. */
export async function examineMysqld(cacheDir: string, command: string, from: string): Promise<Examined> {
  const said = await askOnce({ cacheDir, command, args: ["--no-defaults", "--version"] });
  const version = said === undefined ? undefined : parseMysqlVersion(said);
  if (version === undefined) {
    const name = said?.split("\n")[0]?.trim() ?? "a program that fails";
    return { found: undefined, problem: `${command} is no MySQL: ${name}` };
  }
  if (compareVersions(version, oldestMysql) < 0) return { found: undefined, problem: `MySQL ${version} at ${command}` };
  return { found: { command, args: [], version, from, tools: toolsBeside(command) }, problem: "" };
}

/** Reads `mysqld --version`; undefined for MariaDB, which is another database. */
export function parseMysqlVersion(text: string): string | undefined {
  if (/mariadb/i.test(text)) return undefined;
  return /\bVer (\d+\.\d+\.\d+)/.exec(text)?.[1];
}

/** The client programs: next to the server, in the folder `bin` next to that, or on PATH. */
function toolsBeside(mysqld: string): Partial<Record<MysqlTool, string>> {
  const folders = [dirname(mysqld), join(dirname(dirname(mysqld)), "bin")];
  const found = mysqlTools.flatMap((tool) => {
    const file = folders.map((folder) => join(folder, tool)).find(isExecutable) ?? onPath(tool);
    return file === undefined ? [] : [[tool, file] as const];
  });
  return Object.fromEntries(found);
}

function newestUnpacked(cacheDir: string): string | undefined {
  const folder = join(cacheDir, "mysql");
  const versions = existsSync(folder) ? readdirSync(folder).toSorted(compareVersions).toReversed() : [];
  const intact = versions.map((version) => join(folder, version)).find(isIntact);
  return intact === undefined ? undefined : join(intact, launchers, "mysqld");
}
