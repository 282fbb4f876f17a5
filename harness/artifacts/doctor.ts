import { FloeError, messageOf } from "#core/errors.ts";
import { openCache } from "./cache.ts";
import { assertCompatible } from "./compatible.ts";
import { extensionsInCache } from "./duckdb-extensions.ts";
import { findObjectStore, programVersion } from "./executables.ts";
import { missingFiles } from "./files.ts";
import { findJava, javaInCache, oldestJava } from "./java.ts";
import { type Lock, type LockedArtifact, lockedVersions, readLock, readOwnParts } from "./lock.ts";
import { findMysqld } from "./mysqld.ts";
import { wheelsFor } from "./plan.ts";
import { userPlugin } from "./plugins.ts";
import { onPath } from "./programs.ts";
import type { PartsRequest } from "./resolve.ts";

/** One line of `floe doctor`: what there is of a part. */
export interface DoctorRow {
  readonly part: string;
  /** The version found; empty where there is none. */
  readonly version: string;
  /** Where it comes from. */
  readonly from: string;
  /** What to do about it; empty where it is well. */
  readonly todo: string;
}

/** Looks at every part without fetching anything. A part that is missing or broken is a row, never an exception. */
export async function examine(request: PartsRequest): Promise<DoctorRow[]> {
  const lock = await readLock();
  const rows: Row[] = [
    { part: "cache", look: () => cacheRow(request) },
    { part: "java", look: () => javaRow(request, lock) },
    { part: "mysql", look: () => mysqlRow(request, lock) },
    ...(["kafka", "debezium", "iceberg"] as const).map((part) => ({ part, look: () => jarsRow(request, lock, part) })),
    ...(request.catalog === "hadoop"
      ? [{ part: "iceberg-hadoop", look: () => jarsRow(request, lock, "iceberg-hadoop") }]
      : [{ part: "catalog", look: () => jarsRow(request, lock, "catalog") }]),
    { part: "object-store", look: () => objectStoreRow(request, lock) },
    { part: "duckdb", look: () => duckdbRow(request, lock) },
    ...request.plugins.map((plugin) => ({ part: "plugin", look: () => pluginRow(request, plugin) })),
  ];
  return Promise.all(rows.map(examined));
}

interface Row {
  readonly part: string;
  readonly look: () => Promise<Omit<DoctorRow, "part">>;
}

async function examined({ part, look }: Row): Promise<DoctorRow> {
  try {
    return { part, ...(await look()) };
  } catch (error) {
    const todo = error instanceof FloeError ? `${error.message}: ${error.remedy}` : messageOf(error);
    return { part, version: "", from: "", todo };
  }
}

async function cacheRow({ cacheDir }: PartsRequest): Promise<Omit<DoctorRow, "part">> {
  await openCache(cacheDir);
  return { version: "", from: cacheDir, todo: "" };
}

async function javaRow({ cacheDir }: PartsRequest, lock: Lock): Promise<Omit<DoctorRow, "part">> {
  const { found, rejected } = await findJava(cacheDir);
  if (found !== undefined) return { version: found.version, from: `${found.from}: ${found.home}`, todo: "" };
  const [wheel] = wheelsFor(lock, "java");
  const fetched = wheel === undefined ? undefined : await javaInCache(cacheDir, wheel);
  if (fetched !== undefined) return { version: fetched.version, from: fetched.from, todo: "" };
  const install = `install Java ${oldestJava} or later`;
  return {
    version: "",
    from: rejected.join("; "),
    todo: wheel === undefined ? install : `./floe setup fetches ${wheel.wheel}, or ${install}`,
  };
}

async function mysqlRow({ cacheDir, mysqld, set }: PartsRequest, lock: Lock): Promise<Omit<DoctorRow, "part">> {
  const { found, rejected } = await findMysqld(cacheDir, mysqld);
  if (found !== undefined) {
    assertCompatible({ ...lock.default, ...set, mysql: found.version });
    return { version: found.version, from: `${found.from}: ${found.command}`, todo: "" };
  }
  const install = "put a mysqld of 8.0 or later on PATH";
  const apt = onPath("apt-get") !== undefined && onPath("dpkg") !== undefined;
  return {
    version: "",
    from: rejected.join("; "),
    todo: apt
      ? `./floe setup fetches ${lock.mysql.packages.join(" and ")}, or ${install}`
      : `${install}, or use Docker`,
  };
}

type JarPart = "kafka" | "debezium" | "iceberg" | "iceberg-hadoop" | "catalog";

async function jarsRow(request: PartsRequest, lock: Lock, part: JarPart): Promise<Omit<DoctorRow, "part">> {
  const axis = part === "iceberg-hadoop" ? "iceberg" : part;
  const version = request.set[axis] ?? lock.default[axis];
  const own = await readOwnParts(request.cacheDir);
  const artifacts = lock.parts[`${part}/${version}`] ?? own[`${part}/${version}`];
  const from = `lock file (${lockedVersions(lock.parts, part).join(", ")})`;
  if (artifacts === undefined) {
    const maven = onPath("mvn") === undefined ? "install Maven, which finds out what this version needs; then " : "";
    return { version: "", from, todo: `${maven}./floe setup --set ${axis}=${version}` };
  }
  return filesRow({ request, artifacts, version, from });
}

async function filesRow(options: {
  readonly request: PartsRequest;
  readonly artifacts: readonly LockedArtifact[];
  readonly version: string;
  readonly from: string;
}): Promise<Omit<DoctorRow, "part">> {
  const { request, artifacts, version, from } = options;
  const missing = await missingFiles([{ part: "", artifacts }], request);
  const absent = missing.flatMap((files) => files.artifacts);
  if (absent.length === 0) return { version, from, todo: "" };
  const megabytes = Math.ceil(absent.reduce((sum, artifact) => sum + artifact.size, 0) / 1e6);
  const files = absent.length === 1 ? "1 file" : `${absent.length} files`;
  return { version: "", from, todo: `./floe setup fetches ${files}, ${megabytes} MB, of ${version}` };
}

async function objectStoreRow(request: PartsRequest, lock: Lock): Promise<Omit<DoctorRow, "part">> {
  const { cacheDir, objectStore } = request;
  if (objectStore === "s3proxy") {
    const version = lock.default.s3proxy;
    return filesRow({
      request,
      artifacts: lock.parts[`s3proxy/${version}`] ?? [],
      version,
      from: "lock file (s3proxy)",
    });
  }
  const program = findObjectStore(cacheDir, objectStore);
  if (program !== undefined)
    return { version: await programVersion(cacheDir, objectStore, program), from: program, todo: "" };
  const build =
    objectStore === "minio" && onPath("go") !== undefined ? "./floe setup --object-store minio builds it, or " : "";
  return { version: "", from: "", todo: `${build}put ${objectStore} on PATH` };
}

async function duckdbRow({ cacheDir }: PartsRequest, lock: Lock): Promise<Omit<DoctorRow, "part">> {
  const version = lock.default.duckdb;
  const folder = extensionsInCache({ cacheDir, version });
  if (folder !== undefined) return { version, from: `extensions: ${folder}`, todo: "" };
  return { version: "", from: "", todo: `./floe setup fetches the extensions of DuckDB ${version}` };
}

async function pluginRow({ cacheDir }: PartsRequest, plugin: string): Promise<Omit<DoctorRow, "part">> {
  await userPlugin(cacheDir, plugin);
  return { version: "", from: plugin, todo: "" };
}
