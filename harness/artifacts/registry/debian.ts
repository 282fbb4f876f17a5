import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { environmentError } from "#core/errors.ts";
import { run } from "#process/run.ts";
import { onPath } from "../programs.ts";

/** apt with a state of its own: nothing on the machine is read but its mirror and keys, nothing is installed. */
export interface PackageIndex {
  /** The names to ask for, and the version of the first. */
  readonly packages: readonly string[];
  readonly version: string;
  /** Downloads these and all that they need. */
  download(onBytes: (doneBytes: number, totalBytes: number) => void): Promise<void>;
  /** Unpacks what was downloaded into a folder, without the packages whose file names match. */
  unpack(folder: string, without: RegExp): Promise<void>;
}

export interface IndexOptions {
  readonly suite: string;
  readonly packages: readonly string[];
  /** A folder for apt's lists and files. */
  readonly workDir: string;
  /** The error for a machine that cannot have them this way. */
  readonly missing: (because: string) => Error;
}

const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Fetches the distribution's signed index. Debian: the suite asked for; elsewhere: the machine's own sources. */
export async function openPackageIndex({ suite, packages, workDir, missing }: IndexOptions): Promise<PackageIndex> {
  for (const program of ["apt-get", "apt-cache", "dpkg"]) {
    if (onPath(program) === undefined) throw missing(`there is no ${program} here`);
  }
  const ofDebian = existsSync(keyring) && (await readFile("/etc/os-release", "utf8")).includes("\nID=debian\n");
  const config = await isolatedConfig(
    workDir,
    ofDebian ? `deb [signed-by=${keyring}] ${await mirror(missing)} ${suite} main\n` : undefined,
  );
  const apt = aptWith(config);
  await apt("apt-get", ["update", "--quiet"], "fetch the package index");
  const names = ofDebian ? packages : await serverPackages(apt);
  const [first = ""] = names;
  const shown = await apt("apt-cache", ["show", "--no-all-versions", first], `look up ${first}`);
  const [, version] = /^Version: (.+)$/m.exec(shown) ?? [];
  if (version === undefined) throw missing(`the package index has no ${first}`);
  return {
    packages: names,
    version,
    download: async (onBytes) => {
      await apt("apt-get", [...downloadOnly, ...names], `download ${names.join(" and ")}`, downloadMeter(onBytes));
    },
    unpack: (folder, without) => unpackAll({ archives: join(workDir, "cache", "archives"), folder, without }),
  };
}

const downloadOnly = [
  "install",
  "--yes",
  "--quiet",
  "--download-only",
  "--no-install-recommends",
  "-oAPT::Status-Fd=2",
];

/** The mirror from which this machine has its own packages. */
async function mirror(missing: IndexOptions["missing"]): Promise<string> {
  const { stdout } = await run({
    command: "apt-get",
    args: ["indextargets", "--format", "$(REPO_URI)|$(COMPONENT)|$(ORIGIN)"],
    what: "ask apt for its mirror",
    withinMs: 15_000,
    remedy: "run apt-get indextargets by hand",
  });
  const found = debianMirror(stdout);
  if (found === undefined) throw missing("apt has no sources");
  return found;
}

/** Debian's own by its origin, which apt knows once it has lists, else the first; not the security updates', which have no sid. */
export function debianMirror(targets: string): string | undefined {
  const sources = targets.split("\n").map((line) => line.split("|"));
  const main = sources.filter(([uri, component]) => component === "main" && uri?.includes("security") === false);
  return (main.find(([, , origin]) => origin === "Debian") ?? main[0])?.[0];
}

/** Only state, cache and sources are ours: proxies, credentials and other settings of the machine's apt stay in force. */
async function isolatedConfig(workDir: string, source: string | undefined): Promise<string> {
  for (const folder of ["state/lists/partial", "cache/archives/partial", "etc"]) {
    await mkdir(join(workDir, folder), { recursive: true });
  }
  await writeFile(join(workDir, "state", "status"), "");
  if (source !== undefined) await writeFile(join(workDir, "etc", "sources.list"), source);
  const settings: Record<string, string> = {
    "Dir::State": join(workDir, "state"),
    "Dir::State::status": join(workDir, "state", "status"),
    "Dir::Cache": join(workDir, "cache"),
    // An index that cannot be fetched is an error, not a warning.
    "APT::Update::Error-Mode": "any",
    "Acquire::Retries": "1",
    "Acquire::http::Timeout": "20",
    "Acquire::https::Timeout": "20",
    // Only the packages: no translations, and none of what software centres show.
    "Acquire::Languages": "none",
    "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
    "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled": "false",
    "APT::Sandbox::User": "",
    ...(source === undefined
      ? {}
      : { "Dir::Etc::sourcelist": join(workDir, "etc", "sources.list"), "Dir::Etc::sourceparts": "/dev/null" }),
  };
  const file = join(workDir, "apt.conf");
  await writeFile(
    file,
    Object.entries(settings)
      .map(([name, value]) => `${name} "${value}";\n`)
      .join(""),
  );
  return file;
}

type Apt = (program: string, args: readonly string[], what: string, onLine?: (line: string) => void) => Promise<string>;

function aptWith(config: string): Apt {
  return async (command, args, what, onLine) => {
    const { stdout } = await run({
      command,
      args,
      what,
      withinMs: 300_000,
      remedy: "look at apt's message; its mirror and proxy are in /etc/apt",
      env: { APT_CONFIG: config, LC_ALL: "C" },
      ...(onLine === undefined ? {} : { onLine }),
    });
    return stdout;
  };
}

/** Reads apt's lines: `Need to get 65.6 MB of archives.`, then `dlstatus:12:43.5:…` again and again. */
export function downloadMeter(onBytes: (doneBytes: number, totalBytes: number) => void): (line: string) => void {
  let total = 0;
  let told = 0;
  return (line) => {
    const [, amount, unit = ""] = /^Need to get ([\d.,]+) ([kM]?)B/.exec(line) ?? [];
    if (amount !== undefined) total = Math.round(Number(amount.replaceAll(",", "")) * (unitBytes[unit] ?? 1));
    const percent = Math.floor(Number(/^dlstatus:\d+:([\d.]+):/.exec(line)?.[1] ?? 0));
    if (percent <= told) return;
    told = percent;
    onBytes(Math.round((total * percent) / 100), total);
  };
}

const unitBytes: Readonly<Record<string, number>> = { "": 1, k: 1e3, M: 1e6 };

/** Ubuntu has the version in the name: `mysql-server-core-8.0`. The newest, with its client. */
async function serverPackages(apt: Apt): Promise<string[]> {
  const names = (await apt("apt-cache", ["pkgnames", "mysql-server-core"], "look for MySQL's packages")).split("\n");
  const found = names
    .filter((name) => /^mysql-server-core(-[\d.]+)?$/.test(name))
    .toSorted()
    .at(-1);
  if (found === undefined) throw mysqlMissing("this distribution has no package mysql-server-core");
  return [found, found.replace("server", "client")];
}

interface Unpacking {
  readonly archives: string;
  readonly folder: string;
  readonly without: RegExp;
}

/** Side by side, as unpacking is the processor's work. */
async function unpackAll({ archives, folder, without }: Unpacking): Promise<void> {
  const packages = (await readdir(archives)).filter((name) => name.endsWith(".deb") && !without.test(name));
  const queue = packages.values();
  const worker = async () => {
    for (const name of queue) {
      await run({
        command: "dpkg",
        args: ["-x", join(archives, name), folder],
        what: `unpack ${name}`,
        withinMs: 60_000,
        remedy: "run it by hand",
      });
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

export function mysqlMissing(because: string): Error {
  return environmentError({
    code: "MYSQL_MISSING",
    what: `there is no mysqld of 8.0 or later on PATH, and none to be had from packages: ${because}`,
    remedy:
      "install MySQL 8.0 or later so that mysqld is on PATH, or name it with --mysqld FILE, or use --runtime docker",
  });
}
