import type { KafkaRecord } from "#core/ports.ts";
import type { SinkAim } from "./aim.ts";
import type { TopicCount } from "./count.ts";
import { type DataPartition, partitionName } from "./positions.ts";
import type { Reach } from "./reach.ts";

/** A sink that goes back reads again what lies between; one that goes forward never reads it. */
export async function countSink(
  reach: Reach,
  data: readonly DataPartition[],
  { offsets }: SinkAim,
): Promise<TopicCount[]> {
  const read = new Map(data.map((each) => [partitionName(each), each.read ?? each.begin]));
  const counts = await Promise.all(
    offsets.map(async ({ topic, partition, offset }) => {
      const now = read.get(partitionName({ topic, partition })) ?? 0;
      const records = await recordsBetween(reach, {
        topic,
        partition,
        low: Math.min(offset, now),
        high: Math.max(offset, now),
      });
      const rows = records.filter(({ value }) => value !== null).length;
      return offset <= now
        ? { topic, again: records.length, rowsAgain: rows, skipped: 0 }
        : { topic, again: 0, rowsAgain: 0, skipped: rows };
    }),
  );
  return [...Map.groupBy(counts, ({ topic }) => topic)].map(([topic, of]) => ({
    topic,
    again: sum(of.map(({ again }) => again)),
    rowsAgain: sum(of.map(({ rowsAgain }) => rowsAgain)),
    skipped: sum(of.map(({ skipped }) => skipped)),
    incomplete: false,
  }));
}

interface Between {
  readonly topic: string;
  readonly partition: number;
  readonly low: number;
  readonly high: number;
}

async function recordsBetween({ kafka }: Reach, { topic, partition, low, high }: Between): Promise<KafkaRecord[]> {
  const range = { from: new Map([[partition, BigInt(low)]]), to: new Map([[partition, BigInt(high)]]) };
  return Array.fromAsync(kafka.read({ topic, ...range }));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
