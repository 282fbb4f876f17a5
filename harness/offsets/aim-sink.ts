import { usageError } from "#core/errors.ts";
import type { KafkaRecord } from "#core/ports.ts";
import { decodeRecord } from "#stages/debezium/record.ts";
import { type GtidSet, hasGtid, parseGtidSet } from "#stages/mysql/gtid-set.ts";
import type { AimedPartition, SinkAim } from "./aim.ts";
import { aimAtSnapshot } from "./aim-snapshot.ts";
import { type DataPartition, needed, type Positions } from "./positions.ts";
import type { Reach } from "./reach.ts";
import type { Target } from "./target.ts";

/** Which record of each partition the sink is to read next. */
export async function aimSink(reach: Reach, positions: Positions, target: Target): Promise<SinkAim> {
  const sink = needed("the sink's groups", positions.sink);
  if (target.kind === "snapshot") return aimAtSnapshot(reach, { positions, sink, id: target.id });
  const offsets = await Promise.all(sink.data.map((each) => aimedAt(reach, each, target)));
  return { end: "sink", offsets, snapshot: undefined };
}

async function aimedAt(
  reach: Reach,
  { topic, partition, begin, end }: DataPartition,
  target: Exclude<Target, { kind: "snapshot" }>,
): Promise<AimedPartition> {
  const offset =
    target.kind === "earliest"
      ? begin
      : target.kind === "time"
        ? Number((await reach.kafka.offsetsAtTime(topic, target.ms)).get(partition) ?? 0n)
        : await offsetAfter(reach, { topic, partition, end, set: target.set });
  return { topic, partition, offset, trimmed: target.kind !== "earliest" && begin > 0 && offset === begin };
}

/** Where in a partition the first record lies that a set lacks; its end when there is none. */
async function offsetAfter(
  { kafka }: Reach,
  { topic, partition, end, set }: Pick<DataPartition, "topic" | "partition" | "end"> & { readonly set: string },
): Promise<number> {
  const to = new Map([[partition, BigInt(end)]]);
  const found = await firstNotIn(kafka.read({ topic, from: new Map(), to }), parseGtidSet(set));
  return found === undefined ? end : Number(found.offset);
}

/** The first streamed record whose transaction is not in the set; rows of the initial snapshot count as before it. */
export async function firstNotIn(
  records: AsyncIterable<KafkaRecord> | Iterable<KafkaRecord>,
  set: GtidSet,
): Promise<KafkaRecord | undefined> {
  for await (const record of records) {
    const change = decodeRecord(record);
    if (change === undefined || change.snapshot) continue;
    if (change.gtid === null) throw withoutGtid(record);
    if (!hasGtid(set, change.gtid)) return record;
  }
  return undefined;
}

function withoutGtid({ topic, offset }: KafkaRecord): Error {
  return usageError({
    code: "GTID_OFF",
    what: `the record at offset ${offset} of ${topic} has no GTID: it was written with GTID off, or its transform drops it`,
    expected: "time=…, snapshot=… or earliest",
    remedy: "give a time: --to time=… --hop sink",
  });
}
