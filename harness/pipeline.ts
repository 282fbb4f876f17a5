import { hostPort } from "#core/addresses.ts";
import { deadlineIn } from "#core/deadline.ts";
import type { PipelineSpec } from "#core/pipeline-spec.ts";
import { freshRunId, seededRandom } from "#core/random.ts";
import type { Scope } from "#core/scope.ts";
import { type ConnectClient, connectClient } from "#stages/connect/client.ts";
import type { Configuration } from "#stages/connect/configuration.ts";
import { type ConnectorName, connectorFile } from "#stages/connect/files.ts";
import { awaitRunning } from "#stages/connect/progress.ts";
import { pipelineVariables, resolveVariables, type Variables } from "#stages/connect/variables.ts";
import { sourceConfig } from "#stages/debezium/source-config.ts";
import { sourceTopics } from "#stages/debezium/topics.ts";
import type { AttachedLake } from "#stages/duckdb/attach.ts";
import { type Duckdb, type LakeQuery, openLakeQuery } from "#stages/duckdb/client.ts";
import { type CatalogClient, restCatalog } from "#stages/iceberg/client.ts";
import { hadoopCatalog, type ObjectReader } from "#stages/iceberg/hadoop-catalog.ts";
import { region } from "#stages/iceberg/server.ts";
import { sinkConfig } from "#stages/iceberg/sink-config.ts";
import { controlTopic } from "#stages/iceberg/topics.ts";
import { connectKafka, type KafkaClient } from "#stages/kafka/client.ts";
import { connectMysql, type MysqlClient } from "#stages/mysql/client.ts";
import { mysqlUsers } from "#stages/mysql/server.ts";
import { connectObjectStore, type ObjectStoreClient } from "#stages/object-store/client.ts";
import { bucket, capturesReplica, firstAddress, type Stack, warehouseFolder } from "./stack.ts";

// One row's way, in the order of this file: MySQL -> source connector -> topic -> sink connector -> table -> DuckDB.
// A pipeline is data (core/pipeline-spec.ts); this file makes its topics and connectors on a running stack, and hands
// out the clients that look at each stage.

/** Clients of the shared servers, as the harness uses them. */
export interface Clients {
  readonly kafka: KafkaClient;
  readonly connect: { readonly source: ConnectClient; readonly sink: ConnectClient };
  readonly catalog: CatalogClient;
  readonly objectStore: ObjectStoreClient;
}

/** A pipeline whose connectors run. */
export interface Pipeline {
  readonly spec: PipelineSpec;
  readonly source: Configuration;
  readonly sink: Configuration;
}

/** Dials every server that has a client. The stack's brokers must be up; the rest is dialled when first asked. */
export async function openClients({ stack, scope }: { stack: Stack; scope: Scope }): Promise<Clients> {
  const { addresses, secrets, plan, connect } = stack;
  const kafka = await scope.own("kafka client", await connectKafka({ bootstrap: addresses["harness->kafka"] }));
  const address = firstAddress(addresses, "harness->object-store");
  const objectStore = await scope.own("s3 client", connectObjectStore({ address, bucket, ...secrets.s3 }));
  const catalog =
    plan.catalog === "rest"
      ? restCatalog(firstAddress(addresses, "harness->catalog"))
      : hadoopCatalog({ objects: objectReader(objectStore), prefix: warehouseFolder });
  const clients = { source: connectClient(connect.source), sink: connectClient(connect.sink) };
  return { kafka, connect: clients, catalog, objectStore };
}

/** A connection to MySQL with every right, on the harness's own link. */
export function openMysql(stack: Stack, database?: string): Promise<MysqlClient> {
  return connectMysql({ ...mysqlLogin(stack), ...(database === undefined ? {} : { database }) });
}

/** A connection to the replica, where a stack has one. */
export function openReplica(stack: Stack): Promise<MysqlClient> {
  return connectMysql({ ...mysqlLogin(stack), address: firstAddress(stack.addresses, "harness->replica") });
}

/** A connection to the server whose binlog the source reads. */
export function openCaptured(stack: Stack): Promise<MysqlClient> {
  return capturesReplica(stack.plan) ? openReplica(stack) : openMysql(stack);
}

/** How the harness logs in to MySQL. */
export function mysqlLogin({ addresses, secrets }: Stack) {
  return {
    address: firstAddress(addresses, "harness->mysql"),
    user: mysqlUsers.harness,
    password: secrets.mysql.harness,
  };
}

/** DuckDB with a pipeline's tables as `lake` and its source schema as `src`. */
export function openLake({
  stack,
  spec,
  duckdb,
  writable = false,
}: {
  stack: Stack;
  spec: PipelineSpec;
  duckdb: Duckdb;
  writable?: boolean;
}): Promise<LakeQuery> {
  const { addresses, secrets } = stack;
  const warehouse = `s3://${bucket}/${warehouseFolder}`;
  const { database, namespace } = spec.names;
  const lake: AttachedLake =
    spec.catalog === "rest"
      ? { kind: "rest", catalog: firstAddress(addresses, "duckdb->catalog"), warehouse, namespace }
      : { kind: "hadoop", warehouse, namespace };
  return openLakeQuery({
    duckdb,
    lake,
    writable,
    objectStore: { address: firstAddress(addresses, "duckdb->object-store"), ...secrets.s3 },
    mysql: {
      address: firstAddress(addresses, "duckdb->mysql"),
      user: mysqlUsers.duckdb,
      password: secrets.mysql.duckdb,
      database,
    },
  });
}

export interface StartPipelineOptions {
  readonly stack: Stack;
  readonly clients: Clients;
  readonly spec: PipelineSpec;
  /** The connectors as they will be sent, for the evidence: called before anything is. */
  readonly onConfigured: (configurations: { source: Configuration; sink: Configuration }) => Promise<void>;
  /** Settings of a scenario or a user over the project's own files; `${floe:…}` may stand in them, too. */
  readonly overrides: { readonly source: Configuration; readonly sink: Configuration };
  /** Whole configurations instead of the project's own files. */
  readonly given?: { readonly source: Configuration; readonly sink: Configuration } | undefined;
  readonly logFiles: readonly string[];
}

/** Makes both connectors side by side and waits until their tasks run. To be prepared first. */
export async function startPipeline(options: StartPipelineOptions): Promise<Pipeline> {
  const { clients, spec, onConfigured } = options;
  const { source, sink } = await configurationsOf(options);
  await onConfigured({ source, sink });
  await Promise.all([
    runConnector({ ...options, connect: clients.connect.source, name: spec.names.sourceConnector, config: source }),
    runConnector({ ...options, connect: clients.connect.sink, name: spec.names.sinkConnector, config: sink }),
  ]);
  return { spec, source, sink };
}

/**
 * Takes a pipeline's connectors off its workers and its schema out of MySQL, whose structure later sources of the profile
 * `prod-like` would read; its topics and the lake's tables stay.
 */
export async function removePipeline({ stack, clients, spec }: OnStack): Promise<void> {
  const { connect } = clients;
  const { names } = spec;
  const remove = async (cluster: ConnectClient, name: string) => {
    if ((await cluster.connectors()).includes(name)) await cluster.delete(name);
  };
  await Promise.all([remove(connect.source, names.sourceConnector), remove(connect.sink, names.sinkConnector)]);
  await using mysql = await openMysql(stack);
  await mysql.execute(`DROP DATABASE IF EXISTS \`${names.database}\``);
}

/** A pipeline and the stack that it is, or will be, on. */
type OnStack = Pick<StartPipelineOptions, "stack" | "clients" | "spec">;

/** Both connectors' configurations as they are sent. */
export async function configurationsOf(
  options: Pick<StartPipelineOptions, "stack" | "spec" | "overrides" | "given">,
): Promise<{ readonly source: Configuration; readonly sink: Configuration }> {
  const { spec, overrides, given } = options;
  const own = (settings: Configuration) => ownSettings(settings, options);
  if (given !== undefined)
    return { source: own({ ...given.source, ...overrides.source }), sink: own({ ...given.sink, ...overrides.sink }) };
  return {
    source: { ...sourceConfig({ spec, ...(await described("mysql-source", options)) }), ...own(overrides.source) },
    sink: { ...sinkConfig({ spec, ...(await described("iceberg-sink", options)) }), ...own(overrides.sink) },
  };
}

/**
 * Makes what a pipeline's connectors must find: its topics, as both stages say why, and its namespace, because two tasks
 * that make it at once fail on each other (JdbcCatalog answers 500, which the sink takes for the end).
 */
export async function prepare({ stack, clients, spec }: OnStack) {
  const replicas = stack.plan.brokers;
  await clients.kafka.createTopics([...sourceTopics(spec, replicas), controlTopic(spec, replicas)]);
  if (spec.catalog === "rest") await stack.up("catalog");
  await clients.catalog.createNamespace(spec.names.namespace);
}

async function runConnector(
  options: StartPipelineOptions & { connect: ConnectClient; name: string; config: Configuration },
): Promise<void> {
  const { connect, name, config, logFiles } = options;
  await connect.create({ name, config });
  await awaitRunning({ connect, connector: name, deadline: deadlineIn(60_000), logFiles });
}

/** A connector's file with its profile laid over it, and what the stack decides. */
async function described(name: ConnectorName, { stack, spec }: Pick<StartPipelineOptions, "stack" | "spec">) {
  return { template: await connectorFile(name, spec.profile), variables: variablesOf(stack) };
}

function ownSettings(
  settings: Configuration,
  { stack, spec }: Pick<StartPipelineOptions, "stack" | "spec">,
): Configuration {
  const variables = { ...variablesOf(stack), ...pipelineVariables(spec) };
  return resolveVariables({ file: "the scenario's own settings", settings }, variables);
}

/** What `${floe:…}` stands for in the connectors' files, but for what their pipeline decides. */
function variablesOf({ addresses, secrets, plan }: Stack): Variables {
  const mysql = firstAddress(addresses, "debezium->mysql");
  const scheme = plan.catalog === "rest" ? "s3" : "s3a";
  return {
    "mysql.host": mysql.host,
    "mysql.port": String(mysql.port),
    "mysql.user": mysqlUsers.debezium,
    "mysql.password": secrets.mysql.debezium,
    "mysql.connector-server-id": String(seededRandom(freshRunId()).int(100_000, 2_000_000_000)),
    "kafka.debezium": addresses["debezium->kafka"].map(hostPort).join(","),
    "kafka.sink": addresses["sink->kafka"].map(hostPort).join(","),
    "kafka.replication-factor": String(plan.brokers),
    ...(plan.catalog === "rest"
      ? { "catalog.uri": `http://${hostPort(firstAddress(addresses, "sink->catalog"))}` }
      : {}),
    "object-store.warehouse": `${scheme}://${bucket}/${warehouseFolder}`,
    "object-store.region": region,
    "object-store.endpoint": `http://${hostPort(firstAddress(addresses, "sink->object-store"))}`,
    "object-store.access-key": secrets.s3.accessKey,
    "object-store.secret-key": secrets.s3.secretKey,
  };
}

/** The object store as a Hadoop catalog is read from it. */
function objectReader(store: ObjectStoreClient): ObjectReader {
  return {
    readText: async (key) => {
      const bytes = await store.get(key);
      return bytes === undefined ? undefined : Buffer.from(bytes).toString("utf8");
    },
    folders: async (prefix) => {
      const names = new Set<string>();
      for await (const { key } of store.list(prefix)) names.add(key.slice(prefix.length).split("/")[0] ?? "");
      return [...names];
    },
  };
}
