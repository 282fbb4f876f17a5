import { existsSync } from "node:fs";
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { within } from "#core/deadline.ts";
import { environmentError } from "#core/errors.ts";
import { incomingFolder } from "./cache.ts";
import { artifactPath, ensureFiles } from "./files.ts";
import { isIntact, placeFolder } from "./folders.ts";
import type { LockedWheel } from "./lock.ts";
import type { OnProgress } from "./progress.ts";
import { unzip } from "./zip.ts";

/** What the checks need of DuckDB beyond itself, in the order in which they are to be loaded. */
const duckdbExtensions = ["avro", "httpfs", "iceberg", "mysql_scanner"] as const;

/** Has DuckDB `INSTALL` the extensions, with this folder as its `extension_directory`. */
export type InstallExtensions = (folder: string) => Promise<void>;

export interface EnsureExtensions {
  readonly cacheDir: string;
  /** DuckDB's version, to which extensions are bound. */
  readonly version: string;
  readonly wheels: readonly LockedWheel[];
  readonly install?: InstallExtensions | undefined;
  readonly onProgress: OnProgress;
  readonly thorough?: boolean;
}

/** The folder with the four `.duckdb_extension` files, if they are in the cache, whole. */
export function extensionsInCache(options: {
  readonly cacheDir: string;
  readonly version: string;
}): string | undefined {
  const place = join(options.cacheDir, placeOf(options));
  return isIntact(place) ? filesIn(place, options) : undefined;
}

/** The folder with the four `.duckdb_extension` files. They come by DuckDB's own `INSTALL`, else from Python wheels. */
export async function ensureExtensions(options: EnsureExtensions): Promise<string> {
  const { cacheDir, install } = options;
  const found = extensionsInCache(options);
  if (found !== undefined) return found;
  const installed = install !== undefined && (await installs({ ...options, install }));
  if (!installed) await fromWheels(options);
  return filesIn(join(cacheDir, placeOf(options)), options);
}

/** DuckDB's own way: it downloads, and checks its own signature. False where it cannot: the wheels are left. */
async function installs(options: EnsureExtensions & { readonly install: InstallExtensions }): Promise<boolean> {
  const { cacheDir, install } = options;
  const fill = async (folder: string) => {
    await within({ what: "DuckDB's INSTALL", ms: installWithinMs, run: install(folder) });
    requireAll(filesIn(folder, options));
  };
  try {
    await placeFolder({ cacheDir, path: placeOf(options), fill });
    return true;
  } catch {
    return false;
  }
}

/** The same signed files: DuckDB checks the signature when it loads them. */
async function fromWheels(options: EnsureExtensions): Promise<void> {
  const { cacheDir, wheels, version } = options;
  await ensureFiles([{ part: "duckdb", artifacts: wheels }], options);
  const fill = async (folder: string) => {
    const into = filesIn(folder, options);
    await mkdir(into, { recursive: true });
    for (const wheel of wheels) await takeExtension({ cacheDir, wheel, into, version });
    requireAll(into);
  };
  await placeFolder({ cacheDir, path: placeOf(options), fill });
}

/** A second registry is at hand: waiting long for the first is not worth it. */
const installWithinMs = 20_000;

async function takeExtension(options: {
  cacheDir: string;
  wheel: LockedWheel;
  into: string;
  version: string;
}): Promise<void> {
  const { cacheDir, wheel, into, version } = options;
  await using unpacked = await incomingFolder(cacheDir);
  await unzip(join(cacheDir, artifactPath(wheel)), unpacked.path);
  const name = wheel.wheel.replace(/==.*/, "").replaceAll("-", "_");
  const extension = `${name.replace("duckdb_extension_", "")}.duckdb_extension`;
  await copyFile(join(unpacked.path, name, "extensions", `v${version}`, extension), join(into, extension));
}

function placeOf({ version }: { readonly version: string }): string {
  return join("duckdb-extensions", version);
}

/** As DuckDB itself lays out an `extension_directory`. */
function filesIn(folder: string, { version }: { readonly version: string }): string {
  const system = process.platform === "darwin" ? "osx" : process.platform;
  return join(folder, `v${version}`, `${system}_${process.arch === "x64" ? "amd64" : process.arch}`);
}

function requireAll(folder: string): void {
  const missing = duckdbExtensions.filter((name) => !existsSync(join(folder, `${name}.duckdb_extension`)));
  if (missing.length === 0) return;
  throw environmentError({
    code: "EXTENSIONS_INCOMPLETE",
    what: `DuckDB's extensions are incomplete: ${missing.join(", ")} did not come`,
    remedy: "./floe setup",
  });
}
