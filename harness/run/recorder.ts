import type { Bell } from "#core/bell.ts";
import { capturedTables, type PipelineSpec, topicOf } from "#core/pipeline-spec.ts";
import type { KafkaRecord, PartitionOffsets } from "#core/ports.ts";
import { type ChangeRecord, decodeRecord } from "#stages/debezium/record.ts";
import type { KafkaClient } from "#stages/kafka/client.ts";
import type { Fetched } from "#stages/kafka/reader.ts";
import { openTappedFile } from "./tapped-file.ts";

/** What the data topics hold, a line a record, read while they grow: `topics.jsonl`. */
export interface TopicRecorder extends AsyncDisposable {
  readonly file: string;
  /** Whether a record of this table and key has been read. */
  has(table: string, key: string): boolean;
  /**
   * The offset after the last record of each partition, which is as far as a sink can get: markers don't count, and neither
   * do tombstones, which a transform may drop on their way.
   */
  recordEnds(): ReadonlyMap<string, PartitionOffsets>;
  /** Records read, tombstones not counted. */
  records(): number;
  /** Rows of the initial snapshot among them. */
  snapshotRecords(): number;
  /** Where it began in each topic; empty when nothing was left out. */
  readonly from: ReadonlyMap<string, PartitionOffsets>;
  /** Throws what kept it from reading on: a record that is no change in Connect's JSON. */
  check(): void;
}

export interface RecorderOptions {
  readonly kafka: Pick<KafkaClient, "tap">;
  readonly spec: PipelineSpec;
  readonly file: string;
  /** Where to begin in each topic; from the start where nothing is said. */
  readonly from: ReadonlyMap<string, PartitionOffsets>;
  /** Rung when records have come. */
  readonly bell: Bell;
}

export function openRecorder({ kafka, spec, file, from, bell }: RecorderOptions): TopicRecorder {
  const tables = new Map(capturedTables(spec).map((table) => [topicOf(spec, table), table]));
  const ends = new Map<string, Map<number, bigint>>();
  const keys = new Set<string>();
  let [records, snapshotRecords] = [0, 0];

  const lineOf = (record: KafkaRecord) => {
    const table = tables.get(record.topic) ?? "";
    const change = decodeRecord(record);
    if (change === undefined) return JSON.stringify({ ...placeOf(record), table, op: tombstone });
    records++;
    if (change.snapshot) snapshotRecords++;
    keys.add(`${table}\u0000${change.key}`);
    return changeLine(record, table, change);
  };
  const take = ({ topic, partition, records }: Fetched) => {
    const last = records.findLast(({ value }) => value !== null);
    if (last !== undefined)
      ends.set(topic, (ends.get(topic) ?? new Map<number, bigint>()).set(partition, last.offset + 1n));
    return records.map(lineOf);
  };
  const tapped = openTappedFile({ kafka, topics: [...tables.keys()], from, file, bell, take });
  return {
    file,
    has: (table, key) => keys.has(`${table}\u0000${key}`),
    recordEnds: () => ends,
    records: () => records,
    snapshotRecords: () => snapshotRecords,
    from,
    check: () => tapped.check(),
    [Symbol.asyncDispose]: () => tapped[Symbol.asyncDispose](),
  };
}

/** `op` of a record without a value: what makes compaction forget a key. Says nothing that its delete did not. */
export const tombstone = "tombstone";

function placeOf({ topic, partition, offset, timestampMs, headers }: KafkaRecord) {
  const told = headers.map(([name, value]) => [name, value?.toString("utf8") ?? null]);
  return { topic, partition, offset: Number(offset), timestampMs, ...(told.length === 0 ? {} : { headers: told }) };
}

/** The payload is JSON already, and goes into the line as it lay in the topic: no digit is lost, and no time. */
function changeLine(record: KafkaRecord, table: string, { payload, ...change }: ChangeRecord): string {
  const fields = JSON.stringify({ ...placeOf(record), ...change, table });
  return `${fields.slice(0, -1)},"payload":${payload}}`;
}
