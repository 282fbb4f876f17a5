import { deadlineIn } from "#core/deadline.ts";
import type { Scope } from "#core/scope.ts";
import { prepare, startPipeline } from "#pipeline";
import { awaitRunning } from "#stages/connect/progress.ts";
import { sourceTopics } from "#stages/debezium/topics.ts";
import { controlTopic } from "#stages/iceberg/topics.ts";
import { type Capture, placesOf, secondSink, topicsOf } from "./capture.ts";
import type { Bare } from "./open-stack.ts";

interface Starting {
  readonly scope: Scope;
  readonly capture: Capture;
}

/** Starts the source and both sinks of a capture. They are deleted with the scope. */
export async function startConnectors(bare: Bare, { scope, capture }: Starting): Promise<void> {
  const { stack, clients } = bare;
  const { connect } = clients;
  const { source: spec, sinks } = capture.marks;
  await makeTopics(bare, capture);
  await scope.defer("source", () => connect.source.delete(spec.names.sourceConnector));
  await scope.defer("sink", () => connect.sink.delete(spec.names.sinkConnector));
  const topics = placesOf(capture).flatMap(topicsOf).join(",");
  const overrides = { source: sourceSettings(capture), sink: { ...patient, topics } };
  const none = { onConfigured: async () => undefined, logFiles: [] };
  const { sink } = await startPipeline({ stack, clients, spec, overrides, ...none });
  const config = {
    ...sink,
    "iceberg.tables.evolve-schema-enabled": "false",
    "iceberg.control.topic": sinks.off.names.controlTopic,
    "transforms.cdc.cdc.target.pattern": `{db}${secondSink}.{table}`,
  };
  const name = sinks.off.names.sinkConnector;
  await connect.sink.create({ name, config });
  await scope.defer("second sink", () => connect.sink.delete(name));
  await awaitRunning({ connect: connect.sink, connector: name, deadline: deadlineIn(60_000), logFiles: [] });
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
  await clients.catalog.createNamespace(marks.sinks.off.names.database);
  for (const { sinks } of changes)
    for (const { names } of Object.values(sinks)) await clients.catalog.createNamespace(names.database);
}

function sourceSettings(capture: Capture) {
  const places = placesOf(capture);
  const tables = places.flatMap(({ source }) => source.tables.map((table) => `${source.names.database}.${table}`));
  return {
    "database.include.list": places.map(({ source }) => source.names.database).join(","),
    "table.include.list": tables.join(","),
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
