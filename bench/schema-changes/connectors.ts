import { deadlineIn } from "#core/deadline.ts";
import type { Scope } from "#core/scope.ts";
import { configurationsOf, prepare } from "#pipeline";
import type { ConnectClient } from "#stages/connect/client.ts";
import type { Configuration } from "#stages/connect/configuration.ts";
import { awaitOutcome } from "#stages/connect/progress.ts";
import { sourceTopics } from "#stages/debezium/topics.ts";
import { controlTopic } from "#stages/iceberg/topics.ts";
import { type Capture, placesOf, secondSink, topicsOf } from "./capture.ts";
import type { Bare } from "./open-stack.ts";

interface Starting {
  readonly scope: Scope;
  readonly capture: Capture;
}

/** Makes topics and namespaces, and starts the source. It is deleted with the scope. */
export async function startSource(bare: Bare, { scope, capture }: Starting): Promise<void> {
  const { connect } = bare.clients;
  await makeTopics(bare, capture);
  const { source: config } = await configurations(bare, capture);
  await startOne(connect.source, { scope, name: capture.marks.source.names.sourceConnector, config });
}

/** Starts both sinks. They are deleted with the scope. */
export async function startSinks(bare: Bare, { scope, capture }: Starting): Promise<void> {
  const { connect } = bare.clients;
  const { on, off } = capture.marks.sinks;
  const { sink } = await configurations(bare, capture);
  const config = {
    ...sink,
    "iceberg.tables.evolve-schema-enabled": "false",
    "iceberg.control.topic": off.names.controlTopic,
    "transforms.cdc.cdc.target.pattern": `{db}${secondSink}.{table}`,
  };
  await startOne(connect.sink, { scope, name: on.names.sinkConnector, config: sink });
  await startOne(connect.sink, { scope, name: off.names.sinkConnector, config });
}

function configurations({ stack }: Bare, capture: Capture) {
  const topics = placesOf(capture).flatMap(topicsOf).join(",");
  const overrides = { source: sourceSettings(capture), sink: { ...patient, topics } };
  return configurationsOf({ stack, spec: capture.marks.source, overrides });
}

interface One {
  readonly scope: Scope;
  readonly name: string;
  readonly config: Configuration;
}

async function startOne(connect: ConnectClient, { scope, name, config }: One): Promise<void> {
  await connect.create({ name, config });
  await scope.defer(name, () => connect.delete(name));
  await awaitOutcome({ connect, connector: name, deadline: deadlineIn(60_000), logFiles: [] });
}

/** Nobody is killed here: a machine that is busy for a while must not cost a task its session. */
const patient = {
  "consumer.override.session.timeout.ms": "30000",
  "iceberg.kafka.session.timeout.ms": "30000",
  "iceberg.kafka.max.poll.interval.ms": "120000",
  "iceberg.kafka.transaction.timeout.ms": "60000",
  "iceberg.control.commit.timeout-ms": "60000",
};

/** Topics and namespaces that the connectors must find. */
async function makeTopics({ stack, clients }: Bare, { marks, changes }: Capture): Promise<void> {
  const { brokers } = stack.plan;
  await prepare({ stack, clients, spec: marks.source });
  const ofTables = changes.flatMap((place) =>
    sourceTopics(place.source, brokers).filter(({ name }) => topicsOf(place).includes(name)),
  );
  await clients.kafka.createTopics([...ofTables, controlTopic(marks.sinks.off, brokers)]);
  await clients.catalog.createNamespace(marks.sinks.off.names.namespace);
  for (const { sinks } of changes)
    for (const { names } of Object.values(sinks)) await clients.catalog.createNamespace(names.namespace);
}

function sourceSettings(capture: Capture) {
  const places = placesOf(capture);
  const tables = places.flatMap(({ source }) => source.tables.map((table) => `${source.names.database}.${table}`));
  return {
    "database.include.list": places.map(({ source }) => source.names.database).join(","),
    "table.include.list": tables.join(","),
    // A snapshot reads the definitions of all tables of the server, and there are hundreds by and by.
    "schema.history.internal.store.only.captured.databases.ddl": "true",
    ...(capture.timing === "during" ? gateSettings(capture) : {}),
  };
}

/** While this lock is held, a snapshot stands still at the marks. */
export const gateOf = ({ marks }: Capture) => `gate_${marks.source.runId}`;

/** Without the snapshot's global lock: one that stood still under it would stop all other connectors. */
function gateSettings(capture: Capture) {
  const table = `${capture.marks.source.names.database}.mark`;
  return {
    "snapshot.locking.mode": "none",
    "snapshot.select.statement.overrides": table,
    [`snapshot.select.statement.overrides.${table}`]: `SELECT * FROM ${table} WHERE GET_LOCK('${gateOf(capture)}', 60) = 1`,
  };
}
