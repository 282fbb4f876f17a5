import { closeSync, openSync } from "node:fs";
import { capturedTables, type PipelineSpec, topicOf } from "#core/pipeline-spec.ts";
import type { KafkaRecord, PartitionOffsets, TopicReader } from "#core/ports.ts";
import { type ChangeRecord, decodeRecord } from "#stages/debezium/record.ts";
import { writeLine } from "./history-file.ts";

/** What the data topics hold, a line a record: `topics.jsonl`, which DuckDB reads. Tombstones are left out. */
export interface TopicRecorder extends Disposable {
  readonly file: string;
  /** Reads what has come since the last time, in every topic. */
  advance(): Promise<void>;
  /** Whether a record of this table and key has been read. */
  has(table: string, key: string): boolean;
  /** The offset after the last record of each partition, which is as far as a sink can get: markers don't count. */
  recordEnds(): ReadonlyMap<string, PartitionOffsets>;
  /** Records read, tombstones not counted. */
  records(): number;
  /** Rows of the initial snapshot among them. */
  snapshotRecords(): number;
  /** True when nothing before the first record read was left out. */
  readonly complete: boolean;
}

export interface RecorderOptions {
  readonly kafka: TopicReader;
  readonly spec: PipelineSpec;
  readonly file: string;
  /** Where to begin in each topic; from the start where nothing is said. */
  readonly from: ReadonlyMap<string, PartitionOffsets>;
}

export function openRecorder({ kafka, spec, file, from }: RecorderOptions): TopicRecorder {
  const descriptor = openSync(file, "a");
  const tables = new Map(capturedTables(spec).map((table) => [topicOf(spec, table), table]));
  const positions = new Map(from);
  const ends = new Map<string, Map<number, bigint>>();
  const keys = new Set<string>();
  let [records, snapshotRecords] = [0, 0];

  const note = (table: string, record: KafkaRecord) => {
    const { topic, partition, offset } = record;
    ends.set(topic, (ends.get(topic) ?? new Map<number, bigint>()).set(partition, offset + 1n));
    const change = decodeRecord(record);
    if (change === undefined) return;
    records++;
    if (change.snapshot) snapshotRecords++;
    keys.add(`${table}\u0000${change.key}`);
    writeLine({ descriptor, file, line: `${JSON.stringify(lineOf(table, record, change))}\n` });
  };
  const advanceTopic = async (topic: string, table: string) => {
    const [from, to] = [positions.get(topic) ?? new Map<number, bigint>(), await kafka.endOffsets(topic)];
    if ([...to].every(([partition, end]) => (from.get(partition) ?? 0n) >= end)) return;
    for await (const record of kafka.read({ topic, from, to })) note(table, record);
    positions.set(topic, to);
  };
  return {
    file,
    advance: async () => {
      await Promise.all([...tables].map(([topic, table]) => advanceTopic(topic, table)));
    },
    has: (table, key) => keys.has(`${table}\u0000${key}`),
    recordEnds: () => ends,
    records: () => records,
    snapshotRecords: () => snapshotRecords,
    complete: from.size === 0,
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}

function lineOf(table: string, { topic, partition, offset }: KafkaRecord, change: ChangeRecord) {
  const { op, key, gtid, file, pos, row } = change;
  return { topic, partition, offset: Number(offset), table, key, op, gtid, file, pos, row };
}
