import { z } from "zod";
import type { PipelineSpec } from "#core/pipeline-spec.ts";
import type { Configuration } from "#stages/connect/configuration.ts";

/** `incremental`: in chunks between the changes. `blocking`: the stream stands until all rows are read. */
export type SnapshotType = "incremental" | "blocking";

export function signalsTopic({ names }: PipelineSpec): string {
  return `${names.topicPrefix}.signals`;
}

export function notificationsTopic({ names }: PipelineSpec): string {
  return `${names.topicPrefix}.notifications`;
}

/**
 * Signals come by Kafka, and not by a table of MySQL's, which would be one more thing that the binlog holds: with GTIDs,
 * Debezium then finds what changed during a chunk from the executed sets alone, and writes nothing (`read.only`).
 */
export function signalSettings(spec: PipelineSpec): Configuration {
  return {
    "read.only": "true",
    "signal.enabled.channels": "kafka",
    "signal.kafka.topic": signalsTopic(spec),
    "signal.kafka.bootstrap.servers": "${floe:kafka.debezium}",
    // Five seconds by default.
    "signal.poll.interval.ms": "500",
    "notification.enabled.channels": "sink",
    "notification.sink.topic.name": notificationsTopic(spec),
  };
}

/** What asks for a snapshot of tables. A signal is for the connector whose topic prefix is its key. */
export function snapshotSignal(
  { names }: PipelineSpec,
  { tables, type }: { readonly tables: readonly string[]; readonly type: SnapshotType },
): { readonly key: string; readonly value: string } {
  const data = { "data-collections": tables.map((table) => `${names.database}\\.${table}`), type };
  return { key: names.topicPrefix, value: JSON.stringify({ type: "execute-snapshot", data }) };
}

/** What the source says of a snapshot: that it is at a step of it, and of which table. */
export interface SnapshotNote {
  readonly snapshot: "initial" | "incremental";
  readonly says: SnapshotWord;
  /** `database.table`, where it is about one. */
  readonly table: string | undefined;
}

/**
 * Debezium's words for the steps. Of an incremental snapshot `IN_PROGRESS` is said when a chunk has been read, of an initial one
 * when a table is begun.
 */
const words = {
  STARTED: "started",
  IN_PROGRESS: "in-progress",
  TABLE_SCAN_COMPLETED: "table-scan-completed",
  COMPLETED: "completed",
} as const;
export type SnapshotWord = (typeof words)[keyof typeof words];

const notification = z.object({
  payload: z.object({
    aggregate_type: z.string(),
    type: z.string(),
    additional_data: z.record(z.string(), z.string()).nullish(),
  }),
});

/** What a record of the notifications topic says of a snapshot; undefined for what is about something else. */
export function snapshotNote(value: Buffer): SnapshotNote | undefined {
  const {
    aggregate_type: about,
    type,
    additional_data: more,
  } = notification.parse(JSON.parse(value.toString())).payload;
  const snapshot = /^(Initial|Incremental) Snapshot$/.exec(about)?.[1]?.toLowerCase();
  const says = Object.entries(words).find(([word]) => word === type)?.[1];
  if ((snapshot !== "initial" && snapshot !== "incremental") || says === undefined) return undefined;
  return { snapshot, says, table: more?.["current_collection_in_progress"] ?? more?.["scanned_collection"] };
}
