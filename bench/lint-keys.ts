import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { cacheFolder } from "#artifacts/cache.ts";
import { artifactPath, ensureFiles } from "#artifacts/files.ts";
import { type LockedJar, lockedVersions, readLock } from "#artifacts/lock.ts";
import { pluginOfZip } from "#artifacts/plugins.ts";
import { run } from "#process/run.ts";

// Writes harness/lint/keys/definitions/: the keys, types, defaults and bounds of each version that the lock file names,
// as the jars' own ConfigDefs tell them. It needs a JDK of 17 or later (a JRE cannot run a .java file).
const folder = join(import.meta.dirname, "..", "harness", "lint", "keys");
const cacheDir = cacheFolder(process.env);
const { parts } = await readLock();
const newest = { kafka: lockedVersions(parts, "kafka")[0] ?? "" };

const runtime = "org.apache.kafka.connect.runtime";
const clients = "org.apache.kafka.clients";
const ofKafka = (version: string) => [
  `worker=${runtime}.distributed.DistributedConfig#config`,
  `standalone=${runtime}.standalone.StandaloneConfig#CONFIG`,
  `connector=${runtime}.ConnectorConfig#configDef`,
  `source=${runtime}.SourceConnectorConfig#configDef`,
  `sink=${runtime}.SinkConnectorConfig#configDef`,
  `producer=${clients}.producer.ProducerConfig#CONFIG`,
  `consumer=${clients}.consumer.ConsumerConfig#CONFIG`,
  `admin=${clients}.admin.AdminClientConfig#CONFIG`,
  "topic=org.apache.kafka.storage.internals.log.LogConfig#configDefCopy",
  version.startsWith("3.")
    ? "broker=kafka.server.KafkaConfig#configDef"
    : "broker=org.apache.kafka.server.config.AbstractKafkaConfig#CONFIG_DEF",
  "services=org.apache.kafka",
];
const mysql = "io.debezium.connector.mysql.MySqlConnector";
const iceberg = "org.apache.iceberg.connect.IcebergSinkConnector";

for (const version of lockedVersions(parts, "kafka"))
  await write({ part: "kafka", version, classpath: await jarsOf("kafka", version), ask: ofKafka(version) });
for (const version of lockedVersions(parts, "iceberg"))
  await write({
    part: "iceberg",
    version,
    classpath: [...(await jarsOf("iceberg", version)), ...(await jarsOf("kafka", newest.kafka))],
    ask: [`${iceberg}=${iceberg}`, "services=org.apache.iceberg"],
  });
for (const version of lockedVersions(parts, "debezium"))
  await write({
    part: "debezium",
    version,
    classpath: [...(await debeziumFolders(version)), ...(await jarsOf("kafka", newest.kafka))],
    ask: [`fields=${mysql}Config#ALL_FIELDS`, `${mysql}=${mysql}`, "services=io.debezium"],
  });

interface Asked {
  readonly part: "kafka" | "iceberg" | "debezium";
  readonly version: string;
  readonly classpath: readonly string[];
  readonly ask: readonly string[];
}

async function write({ part, version, classpath, ask }: Asked): Promise<void> {
  const { stdout } = await run({
    command: "java",
    args: ["-cp", classpath.join(":"), join(folder, "ConfigKeys.java"), ...ask],
    what: `read the ConfigDefs of ${part} ${version}`,
    withinMs: 120_000,
    remedy: "put a JDK of 17 or later on PATH",
  });
  const head = { madeBy: "npm run lint:keys", part, version, sha256: await sources(part, version) };
  const text = `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "definitions": ${stdout.trim()}\n}\n`;
  const out = join(folder, "definitions");
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, `${part}-${version}.json`), text);
  console.log(`${part} ${version}: ${Object.keys(JSON.parse(text).definitions).length} definitions`);
}

/** The jars whose ConfigDefs these are, by name, each with its sha256. */
async function sources(part: Asked["part"], version: string): Promise<Record<string, string>> {
  const told = {
    kafka: /kafka_2|kafka-clients|connect-(runtime|json|transforms)|kafka-storage|kafka-server/,
    iceberg: /iceberg-kafka-connect/,
    debezium: /./,
  }[part];
  return Object.fromEntries(
    locked(part, version)
      .map((jar) => [basename(artifactPath(jar)), jar.sha256])
      .filter(([name = ""]) => told.test(name)),
  );
}

function locked(part: string, version: string): LockedJar[] {
  return (parts[`${part}/${version}`] ?? []).filter((artifact) => "jar" in artifact);
}

async function jarsOf(part: string, version: string): Promise<string[]> {
  const artifacts = locked(part, version);
  await ensureFiles([{ part, artifacts }], { cacheDir, onProgress: () => undefined });
  return artifacts.map((artifact) => join(cacheDir, artifactPath(artifact)));
}

async function debeziumFolders(version: string): Promise<string[]> {
  const [zip] = locked("debezium", version);
  if (zip === undefined) return [];
  await jarsOf("debezium", version);
  const path = await pluginOfZip({ cacheDir, name: `debezium-${version}`, zip });
  return [join(path, `debezium-${version}`, "debezium-connector-mysql", "*")];
}
