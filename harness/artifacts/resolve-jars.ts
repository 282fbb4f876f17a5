import { statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import type { VersionSet } from "#core/versions.ts";
import { openCache } from "./cache.ts";
import { sha256Of } from "./checksum.ts";
import { assertCompatible } from "./compatible.ts";
import { ensureExtensions } from "./duckdb-extensions.ts";
import { artifactPath, ensureFiles } from "./files.ts";
import { type LockedJar, readLock } from "./lock.ts";
import { settled } from "./missing.ts";
import { type Plan, planParts, wheelsFor } from "./plan.ts";
import { pluginOfJars, pluginOfZip, userPlugin } from "./plugins.ts";
import type { PartsRequest } from "./resolve.ts";

/** A jar in the cache. */
export interface CachedJar {
  readonly file: string;
  readonly sha256: string;
}

export interface PluginFolders {
  readonly ours: readonly string[];
  readonly ofUser: readonly string[];
  readonly key: readonly string[];
}

/** What is needed where the servers themselves come as images: the jars of those that we build, and DuckDB's extensions. */
export interface Jars {
  readonly versions: Pick<VersionSet, "kafka" | "debezium" | "iceberg" | "catalog" | "duckdb"> & { s3proxy: string };
  /** Kafka's jars for the Connect worker, and those of the other two. Empty where one is not wanted. */
  readonly libs: Readonly<Record<"connect" | "catalog" | "object-store", readonly CachedJar[]>>;
  /** Folders that hold one folder for each plugin. `key` tells one set of plugins from another. */
  readonly plugins: PluginFolders;
  readonly duckdbExtensions: { readonly folder: string };
}

/** Finds what images are made of, and fetches what is missing, by the same lock file as `resolveParts`. */
export async function resolveJars(request: Omit<PartsRequest, "mysqld">): Promise<Jars> {
  const { cacheDir, onProgress, thorough = false } = request;
  await openCache(cacheDir);
  const lock = await readLock();
  const versions = { ...lock.default, ...request.set };
  assertCompatible(versions);
  const plan = await planParts({ ...request, lock, versions });
  const ours = { cacheDir, thorough, onProgress };
  const files = ensureFiles(
    Object.entries(plan).map(([part, artifacts]) => ({ part, artifacts })),
    ours,
  );
  const extensions = resolveDuckdb(request);
  await settled(cacheDir, [files, extensions]);
  return {
    versions,
    libs: {
      connect: cached(cacheDir, plan.kafka),
      catalog: cached(cacheDir, plan.catalog),
      "object-store": cached(cacheDir, plan.s3proxy),
    },
    plugins: await pluginsOf(request, plan, versions),
    duckdbExtensions: { folder: await extensions },
  };
}

/** DuckDB's extensions alone: for a harness that only looks at a stack. */
export async function resolveDuckdb(options: DuckdbRequest): Promise<string> {
  const lock = await readLock();
  return ensureExtensions({
    ...options,
    version: lock.default.duckdb,
    wheels: wheelsFor(lock, "duckdb"),
    install: options.installDuckdbExtensions,
  });
}

type DuckdbRequest = Pick<PartsRequest, "cacheDir" | "onProgress" | "thorough" | "installDuckdbExtensions">;

function cached(cacheDir: string, jars: readonly LockedJar[]): CachedJar[] {
  return jars.map((jar) => ({ file: join(cacheDir, artifactPath(jar)), sha256: jar.sha256 }));
}

async function pluginsOf(
  request: Omit<PartsRequest, "mysqld">,
  plan: Plan,
  versions: Jars["versions"],
): Promise<PluginFolders> {
  const { cacheDir, plugins } = request;
  const ours = await Promise.all([
    ...plan.debezium.map((zip) => pluginOfZip({ cacheDir, name: `debezium-${versions.debezium}`, zip })),
    pluginOfJars({ cacheDir, name: `iceberg-${versions.iceberg}`, jars: plan.iceberg }),
  ]);
  const ofUser = await Promise.all(plugins.map((plugin) => userPlugin(cacheDir, plugin)));
  const contents = (await Promise.all(plugins.map(contentKey))).flat();
  return { ours, ofUser, key: [...ours.map((folder) => basename(folder)), ...contents] };
}

/** A folder of jars is linked into the cache under a name that stays when the jars change. */
async function contentKey(plugin: string): Promise<string[]> {
  if (statSync(plugin).isFile()) return [await sha256Of(plugin)];
  const entries = await readdir(plugin, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return Promise.all(files.toSorted().map(async (file) => `${relative(plugin, file)} ${await sha256Of(file)}`));
}
