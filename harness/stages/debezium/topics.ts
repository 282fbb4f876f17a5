import { capturedTables, type PipelineSpec, topicOf } from "#core/pipeline-spec.ts";
import type { NewTopic } from "#core/ports.ts";
import { offsetsTopicOf } from "#stages/connect/variables.ts";
import { notificationsTopic, signalsTopic } from "./signals.ts";

const weekMs = 7 * 24 * 60 * 60 * 1_000;

/**
 * All topics that the source writes. Made before the connectors: a sink that meets a new topic rebalances, which tears
 * its coordinator and writers down and builds them again, for seconds each time.
 */
export function sourceTopics(spec: PipelineSpec, replicas: number): NewTopic[] {
  const kept = { "cleanup.policy": "delete", "retention.ms": String(weekMs) };
  const forever = { "cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1" };
  const { topicPrefix, schemaHistoryTopic } = spec.names;
  return [
    ...capturedTables(spec).map((table) => ({
      name: topicOf(spec, table),
      partitions: spec.partitions,
      replicas,
      config: kept,
    })),
    // Compacted, it would fail the task; expired, the connector could not start again.
    { name: schemaHistoryTopic, partitions: 1, replicas, config: forever },
    { name: offsetsTopicOf(spec), partitions: 1, replicas, config: { "cleanup.policy": "compact" } },
    { name: topicPrefix, partitions: 1, replicas, config: kept },
    { name: `__debezium-heartbeat.${topicPrefix}`, partitions: 1, replicas, config: kept },
    ...(spec.signals ? [signalsTopic(spec), notificationsTopic(spec)] : []).map((name) => ({
      name,
      partitions: 1,
      replicas,
      config: kept,
    })),
  ];
}
