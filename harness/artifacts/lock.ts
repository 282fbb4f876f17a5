import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { environmentError, messageOf, systemCode } from "#core/errors.ts";
import { compareVersions } from "#core/versions.ts";
import { writeWhole } from "./cache.ts";
import { coordinatesPattern } from "./coordinates.ts";

/** The machines for which wheels are locked. Jars run on all of them. */
export const platforms = ["linux-x64", "linux-arm64", "darwin-arm64"] as const;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "a sha256 in hexadecimal");
const size = z.int().positive();
const version = z.string().regex(/^[\w.+-]+$/);

/** A file in a Maven repository. */
const jar = z.strictObject({ jar: z.string().regex(coordinatesPattern), size, sha256 });
/** A file in a Python package index; `wheel` is `name==version`. */
const wheel = z.strictObject({
  wheel: z.string().regex(/^[\w.-]+==[\w.]+$/),
  platform: z.enum(platforms),
  file: z.string().regex(/^[\w.-]+\.whl$/),
  size,
  sha256,
});
const artifact = z.union([jar, wheel]);
/** By part and version: `kafka/4.3.1`. */
const parts = z.record(z.string().regex(/^[a-z0-9-]+\/[\w.+-]+$/), z.array(artifact));

const lock = z.strictObject({
  version: z.literal(1),
  default: z.strictObject({
    kafka: version,
    debezium: version,
    iceberg: version,
    catalog: version,
    s3proxy: version,
    duckdb: version,
    java: version,
  }),
  /** MySQL comes by name from a distribution's signed index; the version found is recorded in the run. */
  mysql: z.strictObject({ suite: z.string(), packages: z.array(z.string()) }),
  parts,
});
/** What Maven resolved on this machine because somebody asked for a version that the lock file does not name. */
const ownLock = z.strictObject({ version: z.literal(1), parts });

export type LockedJar = z.infer<typeof jar>;
export type LockedWheel = z.infer<typeof wheel>;
export type LockedArtifact = z.infer<typeof artifact>;
export type LockedParts = z.infer<typeof parts>;
export type Lock = z.infer<typeof lock>;

/** The repository's own lock file. */
export const lockFile = join(import.meta.dirname, "lock.json");

export async function readLock(file = lockFile): Promise<Lock> {
  return parseLock(await readFile(file, "utf8"), file);
}

export function parseLock(text: string, file: string): Lock {
  return parsed(lock, text, file, "git checkout harness/artifacts/lock.json, or npm run lock");
}

/** The parts in the user's own lock file, which lives in the cache; none before the first. */
export async function readOwnParts(cacheDir: string): Promise<LockedParts> {
  const file = ownLockFile(cacheDir);
  try {
    return parsed(ownLock, await readFile(file, "utf8"), file, `delete ${file}: it is made again`).parts;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return {};
    throw error;
  }
}

/** Adds parts to the user's own lock file, keeping what another process has added meanwhile. */
export async function addOwnParts(cacheDir: string, added: LockedParts): Promise<void> {
  const parts = { ...(await readOwnParts(cacheDir)), ...added };
  await writeWhole(cacheDir, ownLockFile(cacheDir), formatLock({ version: 1, parts }));
}

/** The versions of a part that a lock file names, the newest first. */
export function lockedVersions(parts: LockedParts, part: string): string[] {
  const names = Object.keys(parts).filter((name) => name.startsWith(`${part}/`));
  return names.map((name) => name.slice(part.length + 1)).toSorted((left, right) => compareVersions(right, left));
}

/** One artifact a line, in a fixed order, so that a change of versions reads well. */
export function formatLock(lock: Lock | { readonly version: 1; readonly parts: LockedParts }): string {
  const { parts, ...head } = lock;
  const sections = Object.keys(parts)
    .toSorted()
    .map(
      (name) =>
        `    ${JSON.stringify(name)}: [\n${(parts[name] ?? []).map(artifactLine).toSorted().join(",\n")}\n    ]`,
    );
  const lines = Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`);
  return `{\n${lines.join("\n")}\n  "parts": {\n${sections.join(",\n")}\n  }\n}\n`;
}

function artifactLine(artifact: LockedArtifact): string {
  return `      ${JSON.stringify(artifact).replaceAll('":', '": ').replaceAll(',"', ', "')}`;
}

function ownLockFile(cacheDir: string): string {
  return join(cacheDir, "lock.json");
}

function parsed<T>(schema: z.ZodType<T>, text: string, file: string, remedy: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    const problem = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw environmentError({
      code: "LOCK_FILE_BROKEN",
      what: `the lock file ${file} cannot be read`,
      expected: "a lock file of version 1",
      got: problem.split("\n").slice(0, 3).join(" "),
      remedy,
    });
  }
}
