import { type ChangeRecord, decodeRecord } from "#stages/debezium/record.ts";
import { hasGtid, parseGtidSet } from "#stages/mysql/gtid-set.ts";
import { comparePlaces } from "#stages/mysql/progress.ts";
import type { Aim, SourceAim } from "./aim.ts";
import { countSink } from "./count-sink.ts";
import { countSkipped } from "./count-skipped.ts";
import { type BinlogPlace, type DataPartition, needed, type Positions } from "./positions.ts";
import type { Reach } from "./reach.ts";

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

/**
 * Every change in a topic that is not in the target's set is sent again, once however many copies earlier moves have made of
 * it. A tombstone goes with the delete before it.
 */
async function countSent(
  { kafka }: Reach,
  topic: string,
  { aim, data }: { aim: SourceAim; data: readonly DataPartition[] },
) {
  const isAfter = afterPlace(aim.place);
  let [again, rowsAgain, incomplete] = [0, 0, false];
  const known = new Set<string>();
  const counted = new Map<number, boolean>();
  const begins = new Map(data.filter((each) => each.topic === topic).map((each) => [each.partition, each.begin]));
  for await (const record of kafka.read({ topic, from: new Map(), to: await kafka.endOffsets(topic) })) {
    const { partition } = record;
    const change = decodeRecord(record);
    const after = change === undefined ? counted.get(partition) === true : isAfter(change);
    if (after && !counted.has(partition) && (begins.get(partition) ?? 0) > 0) incomplete = true;
    const counts = after && (change === undefined || !known.has(identityOf(change)));
    counted.set(partition, counts);
    if (change !== undefined && counts) known.add(identityOf(change));
    if (counts) again++;
    if (change !== undefined && counts) rowsAgain++;
  }
  return { again, rowsAgain, incomplete };
}

/** Two changes of one key inside a compressed transaction have the same: they are counted as one. */
function identityOf({ gtid, file, pos, row, op, key }: ChangeRecord): string {
  return JSON.stringify([gtid, file, pos, row, op, key]);
}

/** Rows of the initial snapshot have no GTID, and come again only with another snapshot. */
function afterPlace({ gtids, file, pos }: BinlogPlace): (change: ChangeRecord) => boolean {
  if (gtids === null) {
    return (change) =>
      !change.snapshot &&
      change.file !== null &&
      comparePlaces({ file: change.file, pos: change.pos ?? 0 }, { file, pos }) >= 0;
  }
  const set = parseGtidSet(gtids);
  return ({ gtid }) => gtid !== null && !hasGtid(set, gtid);
}
