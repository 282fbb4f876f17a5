import type { PipelineNames, RecordShape } from "#core/pipeline-spec.ts";
import { controlTopicOf, reads } from "#lint/pipeline.ts";
import type { View } from "#lint/view.ts";
import type { GivenPipeline, PipelineOptions } from "#run/scenario.ts";
import { readProjection } from "#stages/debezium/projection.ts";
import { secretsIn } from "#validate/hide.ts";
import type { Captured } from "./captured.ts";
import { catalogType } from "./obstacles.ts";
import { connectorName, type Pair } from "./pairs.ts";
import { renamedTopics, routesOf } from "./routes.ts";
import type { Transplanted } from "./transplant.ts";

/** A pair as the runner takes it; or why the oracle could not judge it. */
export type Given =
  | { readonly pipeline: PipelineOptions; readonly notes: readonly string[] }
  | { readonly unknown: string };

/** Reads off a configuration what the oracle has to know: names, topics, shape, what is left out on purpose. */
export function givenPipeline(
  pair: Pair,
  { transplanted, captured, all }: { transplanted: Transplanted; captured: Captured; all: readonly string[] },
): Given {
  const { source, sink } = pair;
  const { database } = captured;
  const prefix = source.text("topic.prefix") ?? "";
  const plainTopics = new Map(captured.tables.map((table) => [table, `${prefix}.${database}.${table}`]));
  const topics = renamedTopics(source, plainTopics);
  const read = captured.tables.filter((table) => reads(sink, topics?.[table] ?? plainTopics.get(table) ?? ""));
  if (read.length === 0)
    return { unknown: `the sink reads none of the topics: ${[...plainTopics.values()].slice(0, 3).join(", ")}` };
  if (topics !== undefined && new Set(Object.values(topics)).size < plainTopics.size)
    return { unknown: "a RegexRouter puts several tables into one topic" };
  const routes = routesOf(pair, { database, tables: read });
  if ("unknown" in routes) return routes;
  const { projection, unread } = readProjection({ config: transplanted.source, database });
  const names = namesOf(pair, { database, namespace: routes.namespace, prefix });
  const secrets = secretsIn(pair.pipeline.views);
  const given: GivenPipeline = { ...transplanted, names, secrets, ...(topics === undefined ? {} : { topics }) };
  const left = captured.tables.filter((table) => !read.includes(table));
  return {
    pipeline: {
      given,
      shape: shapeOf(pair),
      catalog: catalogType(sink) === "hadoop" ? "hadoop" : "rest",
      partitions: source.number("topic.creation.default.partitions") ?? 1,
      projection: { ...projection, includeTables: all.filter((table) => read.includes(table)), excludeTables: [] },
    },
    notes: [
      ...(left.length === 0 ? [] : [`captured, but read by no sink of this pair, so not judged: ${left.join(", ")}`]),
      ...unread.map((key) => `${key} may leave rows out: those that it does are told as lost`),
    ],
  };
}

function namesOf(
  { source, sink }: Pair,
  { database, namespace, prefix }: { database: string; namespace: string; prefix: string },
): PipelineNames {
  const sinkConnector = connectorName(sink);
  const group = sink.text("consumer.override.group.id") ?? `connect-${sinkConnector}`;
  return {
    database,
    namespace,
    topicPrefix: prefix,
    sourceConnector: connectorName(source),
    sinkConnector,
    schemaHistoryTopic: source.text("schema.history.internal.kafka.topic") ?? `${prefix}.schema-history`,
    controlTopic: controlTopicOf(sink) ?? "",
    sinkGroup: group,
    coordinatorGroup: `${group}-coord`,
  };
}

/** What a record looks like when the sink stores it. */
export function shapeOf({ source, sink }: Pick<Pair, "source" | "sink">): RecordShape {
  const unwrap = unwrapOf(source) ?? unwrapOf(sink);
  if (unwrap !== undefined) {
    const deletes = unwrap.text("delete.tombstone.handling.mode") ?? unwrap.text("delete.handling.mode") ?? "";
    return deletes.startsWith("rewrite") ? "unwrapped-rewrite" : "unwrapped";
  }
  return sink.transform("DebeziumTransform") === undefined ? "envelope" : "debezium-transform";
}

export function unwrapOf(view: View) {
  return view.transform("ExtractNewRecordState");
}
