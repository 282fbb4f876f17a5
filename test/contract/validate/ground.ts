import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostPort } from "#core/addresses.ts";
import { Scope } from "#core/scope.ts";
import { loadDefinitions, newestVersions } from "#lint/definitions.ts";
import { readConfiguration } from "#lint/read/file.ts";
import type { Finding } from "#lint/rule.ts";
import { stackPlan } from "#run/plan.ts";
import { connectClient } from "#stages/connect/client.ts";
import { parseConnector } from "#stages/connect/configuration.ts";
import { workerProperties } from "#stages/connect/files.ts";
import { connectKafka, type KafkaClient } from "#stages/kafka/client.ts";
import { connectMysql, type MysqlClient } from "#stages/mysql/client.ts";
import { mysqlUsers } from "#stages/mysql/server.ts";
import { validate } from "#validate/validate.ts";
import { firstAddress, freshSecrets, type Stack, startStack } from "../../../harness/stack.ts";
import { openTestRuntime } from "../one-server.ts";

/** Settings put over a connector's; null takes a key away. */
export type Delta = Readonly<Record<string, string | null>>;

/** A whole stack, with one table, its topics and the two connectors' files, in which nothing is wrong. */
export interface Ground extends AsyncDisposable {
  readonly stack: Stack;
  readonly mysql: MysqlClient;
  readonly kafka: KafkaClient;
  /** The REST address of its worker. */
  readonly worker: string;
  /** What validate finds with these settings over the files. */
  findings(source?: Delta, sink?: Delta): Promise<readonly Finding[]>;
  /** The source's settings, as Connect takes them. */
  source(delta?: Delta): Promise<Readonly<Record<string, string>>>;
  /** A connector's file. */
  text(connector: "source" | "sink", delta: Delta): Promise<string>;
  /** Writes the files into a folder of the test's own. */
  write(source?: Delta, sink?: Delta): Promise<string>;
}

export async function layGround(): Promise<Ground> {
  const here = await openTestRuntime();
  const scope = new Scope("ground");
  await scope.own("runtime", here);
  const secrets = freshSecrets();
  const stack = await startStack({
    scope,
    runtime: here.runtime,
    plan: stackPlan({ request: { scenario: {}, profile: "fast", objectStore: "s3proxy" } }),
    secrets,
    proxied: new Set(),
    pluginPath: here.pluginPath,
    discovery: "service_load",
    worker: await workerProperties("fast"),
    onReady: () => undefined,
  });
  await stack.ready;
  const { harness: user } = mysqlUsers;
  const address = firstAddress(stack.addresses, "harness->mysql");
  const mysql = await scope.own("mysql", await connectMysql({ address, user, password: secrets.mysql.harness }));
  const bootstrap = stack.addresses["harness->kafka"];
  const kafka = await scope.own("kafka", await connectKafka({ bootstrap }));
  const folder = await mkdtemp(join(tmpdir(), "floe-validate-"));
  await scope.defer("folder", () => rm(folder, { recursive: true, force: true }));
  await prepare(mysql, kafka);
  const texts = (source: Delta = {}, sink: Delta = {}) => ({
    "source.json": written({ ...sourceSettings(stack), ...source }),
    "sink.json": written({ ...sinkSettings(stack), ...sink }),
  });
  const asking = { worker: { connect: connectClient(stack.connect.source), where: "worker", thrownAway: false } };
  // One broker: what only matters in production is not to be told.
  const judging = { definitions: loadDefinitions(newestVersions()), target: "local" as const };
  return {
    stack,
    mysql,
    kafka,
    worker: `http://${hostPort(stack.connect.source)}`,
    findings: async (source, sink) => {
      const files = Object.entries(texts(source, sink)).map(([file, text]) => readConfiguration({ file, text }));
      return validate({ files }, judging, asking);
    },
    source: async (delta) => parseConnector({ file: "source.json", text: texts(delta)["source.json"] }).settings,
    text: async (connector, delta) =>
      connector === "source" ? texts(delta)["source.json"] : texts({}, delta)["sink.json"],
    write: async (source, sink) => {
      for (const [name, text] of Object.entries(texts(source, sink))) await writeFile(join(folder, name), text);
      return folder;
    },
    [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
  };
}

async function prepare(mysql: MysqlClient, kafka: KafkaClient): Promise<void> {
  await mysql.execute("CREATE DATABASE shop");
  await mysql.execute("CREATE TABLE shop.orders (id INT PRIMARY KEY, note TEXT)");
  await mysql.execute("INSERT INTO shop.orders VALUES (1, 'one')");
  const forever = { "retention.ms": "-1", "retention.bytes": "-1" };
  await kafka.createTopics([
    { name: "shop.shop.orders", partitions: 1, replicas: 1 },
    { name: "history", partitions: 1, replicas: 1, config: forever },
    { name: "control", partitions: 1, replicas: 1, config: { "retention.ms": "604800000" } },
  ]);
}

function written(settings: Delta): string {
  return JSON.stringify(Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null)), null, 2);
}

function sourceSettings({ addresses, secrets }: Stack): Delta {
  const { host, port } = firstAddress(addresses, "debezium->mysql");
  return {
    name: "orders-source",
    "connector.class": "io.debezium.connector.mysql.MySqlConnector",
    "tasks.max": "1",
    "database.hostname": host,
    "database.port": String(port),
    "database.user": mysqlUsers.debezium,
    "database.password": secrets.mysql.debezium,
    "database.server.id": "5701",
    "topic.prefix": "shop",
    "table.include.list": "shop.orders",
    "heartbeat.interval.ms": "10000",
    "topic.creation.default.replication.factor": "1",
    "topic.creation.default.partitions": "1",
    "schema.history.internal.kafka.topic": "history",
    "schema.history.internal.kafka.bootstrap.servers": addresses["debezium->kafka"].map(hostPort).join(","),
  };
}

function sinkSettings({ addresses, secrets }: Stack): Delta {
  return {
    name: "orders-sink",
    "connector.class": "org.apache.iceberg.connect.IcebergSinkConnector",
    "tasks.max": "1",
    topics: "shop.shop.orders",
    "iceberg.tables": "shop.orders",
    "iceberg.tables.auto-create-enabled": "true",
    "iceberg.tables.evolve-schema-enabled": "true",
    "iceberg.control.topic": "control",
    "iceberg.catalog.type": "rest",
    "iceberg.catalog.uri": `http://${hostPort(firstAddress(addresses, "sink->catalog"))}`,
    "iceberg.catalog.warehouse": "s3://lake/warehouse",
    "iceberg.catalog.io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
    "iceberg.catalog.client.region": "us-east-1",
    "iceberg.catalog.s3.endpoint": `http://${hostPort(firstAddress(addresses, "sink->object-store"))}`,
    "iceberg.catalog.s3.path-style-access": "true",
    "iceberg.catalog.s3.access-key-id": secrets.s3.accessKey,
    "iceberg.catalog.s3.secret-access-key": secrets.s3.secretKey,
  };
}
