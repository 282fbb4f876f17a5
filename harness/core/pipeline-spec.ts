/** The form in which a change reaches the sink. */
export type RecordShape =
  /** Debezium's envelope as it is: before, after, source, op. */
  | "envelope"
  /** ExtractNewRecordState: the row alone; deletes leave no trace in the lake. */
  | "unwrapped"
  /** ExtractNewRecordState with `delete.tombstone.handling.mode=rewrite`: the row and `__deleted`. */
  | "unwrapped-rewrite"
  /** The sink's DebeziumTransform and KafkaMetadataTransform: the row, `_cdc` and `_kafka_metadata`. The default. */
  | "debezium-transform";

/** What the configuration leaves out on purpose, and what is therefore no loss. */
export interface Projection {
  /** Captured tables; empty means all. */
  readonly includeTables: readonly string[];
  readonly excludeTables: readonly string[];
  /** `table.column` patterns as Debezium takes them, without the schema. */
  readonly includeColumns: readonly string[];
  readonly excludeColumns: readonly string[];
  /** `table.column` -> what the connector writes in its place. */
  readonly masks: Readonly<
    Record<
      string,
      { readonly kind: "mask"; readonly length: number } | { readonly kind: "truncate"; readonly length: number }
    >
  >;
  /** `table` -> SQL condition (MySQL's dialect) of the rows that a declared filter lets through. */
  readonly filters: Readonly<Record<string, string>>;
}

export const nothingLeftOut: Projection = {
  includeTables: [],
  excludeTables: [],
  includeColumns: [],
  excludeColumns: [],
  masks: {},
  filters: {},
};

/** One source connector, its topics, one sink connector, its tables: described, not running. */
export interface PipelineSpec {
  readonly runId: string;
  readonly profile: Profile;
  readonly shape: RecordShape;
  readonly projection: Projection;
  readonly catalog: CatalogType;
  /** How positions in the binlog are named: GTIDs, or file and position where GTID is off. */
  readonly positions: PositionMode;
  /** Partitions of each data topic. */
  readonly partitions: number;
  readonly sinkTasks: number;
  /** Whether the source hears signals on a topic of its own, and tells on another how its snapshots go. */
  readonly signals: boolean;
  /** Captured tables, parents before children. */
  readonly tables: readonly string[];
  readonly names: PipelineNames;
  /** Topics that are not named as Debezium does, because a transform of the source renames them: by table. */
  readonly topics?: Readonly<Record<string, string>>;
}

/** What a pipeline is where nobody says otherwise. */
export const plainPipeline = {
  shape: "debezium-transform",
  projection: nothingLeftOut,
  catalog: "rest",
  positions: "gtid",
  partitions: 1,
  sinkTasks: 1,
  signals: false,
} as const satisfies Partial<PipelineSpec>;

export type CatalogType = "rest" | "hadoop";
export type PositionMode = "gtid" | "file";
export type Profile = "fast" | "prod-like";

/** Every name that a pipeline uses, made from its run id and used by no other pipeline ever. */
export interface PipelineNames {
  /** MySQL's schema. */
  readonly database: string;
  /** The Iceberg namespace of the tables, which are named as in MySQL. */
  readonly namespace: string;
  readonly topicPrefix: string;
  readonly sourceConnector: string;
  readonly sinkConnector: string;
  readonly schemaHistoryTopic: string;
  readonly controlTopic: string;
  /** The consumer group that Connect keeps for the sink: its data offsets as the framework knows them. */
  readonly sinkGroup: string;
  /** The group under which the sink's coordinator commits control-topic offsets. */
  readonly coordinatorGroup: string;
}

export function pipelineNames({ source, runId }: { source: string; runId: string }): PipelineNames {
  const sinkConnector = `${runId}-sink`;
  const database = `${source.replaceAll("-", "_")}_${runId}`;
  return {
    database,
    namespace: database,
    topicPrefix: runId,
    sourceConnector: `${runId}-source`,
    sinkConnector,
    schemaHistoryTopic: `${runId}.schema-history`,
    controlTopic: `${runId}.control`,
    sinkGroup: `connect-${sinkConnector}`,
    coordinatorGroup: `connect-${sinkConnector}-coord`,
  };
}

/** The topic that a table's changes come to lie in. */
export function topicOf({ names, topics }: PipelineSpec, table: string): string {
  return topics?.[table] ?? `${names.topicPrefix}.${names.database}.${table}`;
}

/** The tables that the projection lets through, in the spec's order. */
export function capturedTables({ tables, projection }: PipelineSpec): readonly string[] {
  const { includeTables, excludeTables } = projection;
  return tables.filter(
    (table) => (includeTables.length === 0 || includeTables.includes(table)) && !excludeTables.includes(table),
  );
}
