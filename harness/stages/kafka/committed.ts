import type { Consumer } from "@platformatic/kafka";
import type { KafkaRecord } from "#core/ports.ts";

/** What a broker answers to a fetch. */
export type FetchResponse = Awaited<ReturnType<Consumer["fetch"]>>;
type Partition = FetchResponse["responses"][number]["partitions"][number];
type Batch = NonNullable<Partition["records"]>[number];

/**
 * The records of an answer that belong to committed transactions or to none. The broker sends what was aborted as well,
 * with a list of where each aborted transaction begins: a producer's records are dropped from there to its abort marker,
 * as Kafka's own consumer does it. The driver's filter lets some through (several aborts of one producer in one answer,
 * an answer that ends before the marker), which a reader that looks for copies cannot have.
 */
export function committedRecords(
  { records, abortedTransactions }: Pick<Partition, "records" | "abortedTransactions">,
  { topic, partition }: Pick<KafkaRecord, "topic" | "partition">,
): KafkaRecord[] {
  const begins = (abortedTransactions ?? []).toSorted((a, b) => Number(a.firstOffset - b.firstOffset));
  const aborting = new Set<bigint>();
  const found: KafkaRecord[] = [];
  for (const batch of records ?? []) {
    const last = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    while (begins[0] !== undefined && begins[0].firstOffset <= last) {
      aborting.add(begins[0].producerId);
      begins.shift();
    }
    if (isControl(batch)) aborting.delete(batch.producerId);
    else if (!(isTransactional(batch) && aborting.has(batch.producerId)))
      for (const record of batch.records) found.push(recordOf(batch, record, { topic, partition }));
  }
  return found;
}

// Bits of a batch's attributes, as Kafka's protocol numbers them.
const isTransactional = ({ attributes }: Batch) => (attributes & 0b01_0000) !== 0;
const isControl = ({ attributes }: Batch) => (attributes & 0b10_0000) !== 0;

function recordOf(
  batch: Batch,
  { offsetDelta, timestampDelta, key, value, headers }: Batch["records"][number],
  { topic, partition }: Pick<KafkaRecord, "topic" | "partition">,
): KafkaRecord {
  return {
    topic,
    partition,
    offset: batch.firstOffset + BigInt(offsetDelta),
    timestampMs: Number(batch.firstTimestamp + timestampDelta),
    key,
    value,
    headers: headers.map(([name, content]) => [name?.toString("utf8") ?? "", content]),
    producerId: batch.producerId,
  };
}
