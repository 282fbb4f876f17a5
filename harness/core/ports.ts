/**
 * Ports between stages: what one stage needs of another, declared here so that no stage imports another. pipeline.ts
 * hands the real clients in.
 */

/** A record as it lies in a topic. */
export interface KafkaRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** In their order; a name may come twice. */
  readonly headers: readonly (readonly [name: string, value: Buffer | null])[];
  /** Its writer, by the number that the brokers gave it; -1 for one that asked for none. */
  readonly producerId: bigint;
}

/** An offset for each partition. */
export type PartitionOffsets = ReadonlyMap<number, bigint>;

/** What the positions of the other stages need from Kafka. */
export interface TopicReader {
  /** The offset after the last record of each partition; transaction markers count. */
  endOffsets(topic: string): Promise<PartitionOffsets>;
  /** Committed offsets of a consumer group, by topic; empty while the group is unknown. */
  groupOffsets(group: string): Promise<ReadonlyMap<string, PartitionOffsets>>;
  /** Committed records from an offset of each partition (included) up to another (excluded), in partition order. */
  read(range: ReadRange): AsyncIterable<KafkaRecord>;
}

export interface ReadRange {
  readonly topic: string;
  readonly from: PartitionOffsets;
  readonly to: PartitionOffsets;
}

/** A row of DuckDB as text; what a check says about SQL is said in text. */
export type SqlRow = Readonly<Record<string, string | null>>;

/** What the checks need of DuckDB. */
export type RunSql = (sql: string) => Promise<readonly SqlRow[]>;

/** A topic to be made before a connector uses it. */
export interface NewTopic {
  readonly name: string;
  readonly partitions: number;
  readonly replicas: number;
  readonly config?: Readonly<Record<string, string>>;
}
