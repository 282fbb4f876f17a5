import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { formatLock, lockedVersions, lockFile, parseLock, platforms } from "#artifacts/lock.ts";
import { wheelsFor } from "#artifacts/plan.ts";

const text = readFileSync(lockFile, "utf8");
const lock = parseLock(text, lockFile);

describe("the repository's lock file", () => {
  test("is written as it is read, so a new one differs only in what changed", () => {
    expect(formatLock(lock)).toBe(text);
  });

  test("has each artifact on a line of its own", () => {
    const artifacts = Object.values(lock.parts).flat();
    expect(text.split("\n").filter((line) => line.includes('"sha256"'))).toHaveLength(artifacts.length);
  });

  test("names no host: each client knows its own", () => {
    expect(text).not.toContain("://");
  });

  test("has the files of every default version", () => {
    const { duckdb, java, ...maven } = lock.default;
    const parts = Object.entries(maven).map(([part, version]) => `${part}/${version}`);
    expect(Object.keys(lock.parts)).toEqual(
      expect.arrayContaining([...parts, `duckdb/${duckdb}`, `java/${java}`, `iceberg-hadoop/${lock.default.iceberg}`]),
    );
  });

  test("has the versions that a version matrix needs besides", () => {
    expect(lockedVersions(lock.parts, "kafka")).toEqual(["4.3.1", "4.1.2", "3.9.1"]);
    expect(lockedVersions(lock.parts, "debezium")).toEqual(["3.6.1.Final", "3.5.0.Final", "3.3.1.Final"]);
    expect(lockedVersions(lock.parts, "iceberg")).toEqual(["1.12.0", "1.11.0", "1.10.1"]);
    expect(lockedVersions(lock.parts, "iceberg-hadoop")).toEqual(lockedVersions(lock.parts, "iceberg"));
  });

  test("brings every program of Kafka's and the catalog's a log", () => {
    const logs = /slf4j-(reload4j|simple)|log4j-slf4j2?-impl/;
    const programs = Object.entries(lock.parts).filter(([part]) => /^(kafka|catalog)\//.test(part));
    const silent = programs.filter(([, files]) => !files.some((file) => "jar" in file && logs.test(file.jar)));
    expect(silent).toEqual([]);
  });

  test("has wheels for each platform: a Java, and the four extensions of the DuckDB that package.json names", () => {
    for (const platform of platforms) {
      expect(wheelsFor(lock, "java", platform)).toHaveLength(1);
      expect(wheelsFor(lock, "duckdb", platform)).toHaveLength(4);
    }
    const packages = z.object({ dependencies: z.record(z.string(), z.string()) });
    const { dependencies } = packages.parse(
      JSON.parse(readFileSync(join(import.meta.dirname, "../../../package.json"), "utf8")),
    );
    expect(dependencies["@duckdb/node-api"]?.split("-")[0]).toBe(lock.default.duckdb);
  });
});

describe("a lock file that is broken", () => {
  const broken: Readonly<Record<string, string>> = {
    "is cut off": text.slice(0, 1_000),
    "has a sha256 of the wrong length": text.replace(/"sha256": "../, '"sha256": "'),
    "has an artifact of an unknown kind": text.replace('{"jar":', '{"tarball":'),
    "is of another version": text.replace('"version": 1', '"version": 2'),
  };
  test.each(Object.entries(broken))("is refused when it %s", (_, content) => {
    expect(() => parseLock(content, "lock.json")).toThrow(
      expect.objectContaining({ code: "LOCK_FILE_BROKEN", remedy: expect.stringContaining("npm run lock") }),
    );
  });
});
