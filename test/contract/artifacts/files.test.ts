import { readdirSync, readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { openCache } from "#artifacts/cache.ts";
import { sha256Of } from "#artifacts/checksum.ts";
import { artifactPath, ensureFiles, missingFiles } from "#artifacts/files.ts";
import { type LockedArtifact, type LockedJar, readLock } from "#artifacts/lock.ts";
import { wheelsFor } from "#artifacts/plan.ts";
import type { FetchProgress } from "#artifacts/progress.ts";
import { run } from "#process/run.ts";
import { temporaryFolder } from "../../unit/runtime/temporary-folder.ts";

const lock = await readLock();
const jar = smallestJar(lock.parts[`kafka/${lock.default.kafka}`] ?? []);
let cacheDir: string;
let told: FetchProgress[];
beforeEach(async () => {
  cacheDir = temporaryFolder();
  told = [];
  await openCache(cacheDir);
});

describe("a jar of the lock file", () => {
  test("is fetched, checked and put in place, with progress up to its size", async () => {
    await ensure(jar);
    expect(await sha256Of(inCache(jar))).toBe(jar.sha256);
    expect(told.at(-1)).toEqual({ part: "test", step: "fetching", doneBytes: jar.size, totalBytes: jar.size });
    expect(readdirSync(join(cacheDir, "incoming"))).toEqual([]);
  });

  test("is not fetched again while it is there", async () => {
    await ensure(jar);
    told = [];
    await ensure(jar);
    expect(told).toEqual([]);
  });

  test("that was cut off is noticed and fetched again", async () => {
    await ensure(jar);
    truncateSync(inCache(jar), 1_000);
    expect(await missingFiles([{ part: "test", artifacts: [jar] }], options())).toHaveLength(1);
    await ensure(jar);
    expect(await sha256Of(inCache(jar))).toBe(jar.sha256);
  });

  test("that was changed without a change of its size is noticed and fetched again", async () => {
    await ensure(jar);
    spoilOneByte();
    await ensure(jar);
    expect(await sha256Of(inCache(jar))).toBe(jar.sha256);
  });

  test("that decayed without a trace is noticed by the thorough check", async () => {
    await ensure(jar);
    const { atime, mtime } = statSync(inCache(jar));
    spoilOneByte();
    utimesSync(inCache(jar), atime, mtime);
    await ensureFiles([{ part: "test", artifacts: [jar] }], { ...options(), thorough: true });
    expect(await sha256Of(inCache(jar))).toBe(jar.sha256);
  });

  test("that the registry gives with another content is refused, and not put in place", async () => {
    const other = { ...jar, sha256: "0".repeat(64) };
    await expect(ensure(other)).rejects.toMatchObject({
      code: "PARTS_MISSING",
      evidence: [jar.jar],
      got: expect.stringContaining(`sha256 ${jar.sha256}`),
    });
    expect(await missingFiles([{ part: "test", artifacts: [jar] }], options())).toHaveLength(1);
  });

  test("that no registry has is missing by name", async () => {
    const none = { ...jar, jar: "org.apache.kafka:no-such-thing:jar:1.0" };
    await expect(ensure(none)).rejects.toMatchObject({
      code: "PARTS_MISSING",
      evidence: [none.jar],
      got: expect.stringContaining("404"),
    });
  });

  test("may be fetched by two processes at once", async () => {
    await Promise.all([fetchAlone(), fetchAlone(), ensure(jar)]);
    expect(await sha256Of(inCache(jar))).toBe(jar.sha256);
    expect(readdirSync(join(cacheDir, "incoming"))).toEqual([]);
  });
});

describe("a wheel of the lock file", () => {
  test("is fetched through pip, for the platform that the lock file names", async () => {
    const wheel = wheelsFor(lock, "duckdb", "darwin-arm64").find((one) => one.wheel.includes("avro"));
    if (wheel === undefined) throw new Error("the lock file has a wheel of avro");
    await ensure(wheel);
    expect(await sha256Of(inCache(wheel))).toBe(wheel.sha256);
  });
});

function ensure(artifact: LockedArtifact): Promise<void> {
  return ensureFiles([{ part: "test", artifacts: [artifact] }], options());
}

function options() {
  return { cacheDir, onProgress: (progress: FetchProgress) => void told.push(progress) };
}

function inCache(artifact: LockedArtifact): string {
  return join(cacheDir, artifactPath(artifact));
}

function spoilOneByte(): void {
  const bytes = readFileSync(inCache(jar));
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  writeFileSync(inCache(jar), bytes);
}

function smallestJar(artifacts: readonly LockedArtifact[]): LockedJar {
  const [smallest] = artifacts.filter((one) => "jar" in one).toSorted((left, right) => left.size - right.size);
  if (smallest === undefined) throw new Error("the lock file has jars");
  return smallest;
}

async function fetchAlone(): Promise<void> {
  await run({
    command: process.execPath,
    args: [join(import.meta.dirname, "fetch-alone.ts"), cacheDir, JSON.stringify(jar)],
    what: "fetch a jar in a process of its own",
    withinMs: 50_000,
    remedy: "read its output",
  });
}
