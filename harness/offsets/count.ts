import type { KafkaRecord } from "#core/ports.ts";
import { type ChangeRecord, decodeRecord } from "#stages/debezium/record.ts";
import { binlogPosition, readBinlog } from "#stages/mysql/binlog.ts";
import { connectMysql } from "#stages/mysql/client.ts";
import { countGtids, hasGtid, parseGtidSet, subtractGtids } from "#stages/mysql/gtid-set.ts";
import type { Aim, SinkAim, SourceAim } from "./aim.ts";
import { type BinlogPlace, type DataPartition, needed, type Positions, partitionName } from "./positions.ts";
import type { Reach } from "./reach.ts";
import { tableOf } from "./read-sink.ts";
import { compareFiles, sourceOffset } from "./refuse-source.ts";

/** What a move does to one topic. */
export interface TopicCount {
  readonly topic: string;
  /** Records that come again, tombstones among them. */
  readonly again: number;
  /** Those of them that the sink makes rows of. */
  readonly rowsAgain: number;
  /** Records, or for the source row changes, that do not come any more. */
  readonly skipped: number;
  /** What is left of the topic begins after the target: more comes again than is counted. */
  readonly incomplete: boolean;
}

/** Counts what comes again and what never comes, by reading the topics, and MySQL's binlog for what was never sent. */
export async function countMoved(reach: Reach, positions: Positions, aim: Aim): Promise<TopicCount[]> {
  const { data } = needed("the sink's topics", positions.sink);
  if (aim.end === "sink") return countSink(reach, data, aim);
  const topics = [...new Set(data.map(({ topic }) => topic))];
  const skipped = await countSkipped(reach, { positions, aim, topics });
  return Promise.all(
    topics.map(async (topic) => ({
      ...(await countSent(reach, topic, { aim, data })),
      topic,
      skipped: skipped.get(topic) ?? 0,
    })),
  );
}

/** Everything in a topic that is not in the target's set is sent again. A tombstone goes with the delete before it. */
async function countSent(
  { kafka }: Reach,
  topic: string,
  { aim, data }: { aim: SourceAim; data: readonly DataPartition[] },
) {
  const isAfter = afterPlace(aim.place);
  let [again, rowsAgain, incomplete] = [0, 0, false];
  const before = new Map<number, boolean>();
  const begins = new Map(data.filter((each) => each.topic === topic).map((each) => [each.partition, each.begin]));
  for await (const record of kafka.read({ topic, from: new Map(), to: await kafka.endOffsets(topic) })) {
    const change = decodeRecord(record);
    const counts = change === undefined ? (before.get(record.partition) ?? false) : isAfter(change);
    if (counts && !before.has(record.partition) && (begins.get(record.partition) ?? 0) > 0) incomplete = true;
    before.set(record.partition, counts);
    if (!counts) continue;
    again++;
    if (record.value !== null) rowsAgain++;
  }
  return { again, rowsAgain, incomplete };
}

/** Rows of the initial snapshot have no GTID, and come again only with another snapshot. */
function afterPlace({ gtids, file, pos }: BinlogPlace): (change: ChangeRecord) => boolean {
  if (gtids === null) {
    return (change) =>
      !change.snapshot &&
      change.file !== null &&
      compareFiles({ file: change.file, pos: change.pos ?? 0 }, { file, pos }) >= 0;
  }
  const set = parseGtidSet(gtids);
  return ({ gtid }) => gtid !== null && !hasGtid(set, gtid);
}

/** Row changes in MySQL's binlog that the target takes for sent, and that no topic has. */
async function countSkipped(
  reach: Reach,
  { positions, aim, topics }: { positions: Positions; aim: SourceAim; topics: readonly string[] },
): Promise<ReadonlyMap<string, number>> {
  const from = sourceOffset(positions);
  const skips = skipping(from, aim.place);
  const login = reach.place.mysql;
  if (skips === undefined || login === undefined) return new Map();
  const sent = await sentAlready(reach, topics, skips);
  const counts = new Map<string, number>();
  await using client = await connectMysql(login);
  const to = await binlogPosition(client);
  for (const database of new Set(topics.map((topic) => tableOf(topic).namespace))) {
    for await (const entry of readBinlog({ login, from, to, database })) {
      if (entry.kind === "statement" || !skips(entry)) continue;
      const topic = topics.find((each) => each.endsWith(`.${database}.${entry.table}`));
      if (topic !== undefined) counts.set(topic, (counts.get(topic) ?? 0) + 1);
    }
  }
  return new Map([...counts].map(([topic, count]) => [topic, Math.max(0, count - (sent.get(topic) ?? 0))]));
}

type InBinlog = Pick<ChangeRecord, "gtid" | "file" | "pos">;

/** Whether a change is passed over by a move; undefined for a move that goes back only. */
function skipping(from: BinlogPlace, to: BinlogPlace): ((change: InBinlog) => boolean) | undefined {
  if (to.gtids === null) {
    if (compareFiles(to, from) <= 0) return undefined;
    return ({ file, pos }) => file !== null && compareFiles({ file, pos: pos ?? 0 }, to) < 0;
  }
  const passed = subtractGtids(parseGtidSet(to.gtids), parseGtidSet(from.gtids ?? ""));
  if (countGtids(passed) === 0) return undefined;
  return ({ gtid }) => gtid !== null && hasGtid(passed, gtid);
}

/** The last transaction is in the topics before it is in the stored set. */
async function sentAlready(
  { kafka }: Reach,
  topics: readonly string[],
  skips: (change: InBinlog) => boolean,
): Promise<ReadonlyMap<string, number>> {
  const counts = await Promise.all(
    topics.map(async (topic): Promise<[string, number]> => {
      const range = { topic, from: new Map(), to: await kafka.endOffsets(topic) };
      const changes = (await Array.fromAsync(kafka.read(range))).map(decodeRecord);
      return [topic, changes.filter((change) => change !== undefined && !change.snapshot && skips(change)).length];
    }),
  );
  return new Map(counts);
}

async function countSink(reach: Reach, data: readonly DataPartition[], { offsets }: SinkAim): Promise<TopicCount[]> {
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
