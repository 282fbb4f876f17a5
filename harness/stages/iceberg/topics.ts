import type { PipelineSpec } from "#core/pipeline-spec.ts";
import type { NewTopic } from "#core/ports.ts";

const weekMs = 7 * 24 * 60 * 60 * 1_000;

/**
 * The sink's control topic. One partition, as its events have an order; kept long, because an event that expires unread
 * is a data file that no snapshot will ever name, whose source offsets are committed already.
 */
export function controlTopic({ names }: PipelineSpec, replicas: number): NewTopic {
  return {
    name: names.controlTopic,
    partitions: 1,
    replicas,
    config: { "cleanup.policy": "delete", "retention.ms": String(weekMs) },
  };
}
