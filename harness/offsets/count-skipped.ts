import { decodeRecord } from "#stages/debezium/record.ts";
import { type BinlogPosition, binlogPosition, readBinlog } from "#stages/mysql/binlog.ts";
import { connectMysql } from "#stages/mysql/client.ts";
import { countGtids, hasGtid, parseGtidSet, subtractGtids } from "#stages/mysql/gtid-set.ts";
import { comparePlaces } from "#stages/mysql/progress.ts";
import type { SourceAim } from "./aim.ts";
import { type BinlogPlace, needed, type Positions } from "./positions.ts";
import type { Reach } from "./reach.ts";
import { tableOf } from "./read-sink.ts";
import { sourceOffset } from "./refuse-source.ts";

/** Where in the binlog a change is told; with GTIDs off, by file and position alone. */
interface InBinlog {
  readonly gtid: string | null;
  readonly file: string | null;
  readonly pos: number | null;
}

/** Row changes in MySQL's binlog that the target takes for sent, and that no topic has: their number by topic. */
export async function countSkipped(
  reach: Reach,
  { positions, aim, topics }: { positions: Positions; aim: SourceAim; topics: readonly string[] },
): Promise<ReadonlyMap<string, number>> {
  const skips = skipping(sourceOffset(positions), aim.place);
  const login = reach.place.mysql;
  if (skips === undefined || login === undefined) return new Map();
  const { sent, newest } = await sentAlready(reach, topics, skips);
  const committed = new Map<string, Map<string, number>>();
  await using client = await connectMysql(login);
  const to = await binlogPosition(client);
  for (const database of new Set(topics.map((topic) => tableOf(topic).namespace))) {
    for await (const entry of readBinlog({ login, from: beginOf(positions), to, database })) {
      // A transaction that is sent in part is stored by where it begins, behind the event that has its GTID.
      const change = { ...entry, gtid: entry.gtid ?? (aim.place.gtids === null ? null : newest) };
      if (entry.kind === "statement" || !skips(change)) continue;
      const topic = topics.find((each) => each.endsWith(`.${database}.${entry.table}`));
      if (topic !== undefined) countIn(committed, topic, keyOf(change));
    }
  }
  return new Map([...committed].map(([topic, counts]) => [topic, unsent(counts, sent.get(topic))]));
}

/** Whether a change is passed over by a move; undefined for a move that goes back only. */
function skipping(from: BinlogPlace, to: BinlogPlace): ((change: InBinlog) => boolean) | undefined {
  if (to.gtids === null) {
    if (comparePlaces(to, from) <= 0) return undefined;
    return ({ file, pos }) => file !== null && comparePlaces({ file, pos: pos ?? 0 }, to) < 0;
  }
  const passed = subtractGtids(parseGtidSet(to.gtids), parseGtidSet(from.gtids ?? ""));
  if (countGtids(passed) === 0) return undefined;
  return ({ gtid }) => gtid !== null && hasGtid(passed, gtid);
}

/** With GTIDs on, the file of an offset that was moved by hand may be long gone. */
function beginOf(positions: Positions): BinlogPosition {
  const { file, pos } = sourceOffset(positions);
  const [oldest = file] = needed("MySQL's binlog", positions.mysql).files;
  return comparePlaces({ file, pos }, { file: oldest, pos: 0 }) >= 0 ? { file, pos } : { file: oldest, pos: 4 };
}

/** What the topics have of the changes to be passed over, by topic and transaction; and the transaction sent last. */
async function sentAlready({ kafka }: Reach, topics: readonly string[], skips: (change: InBinlog) => boolean) {
  const sent = new Map<string, Map<string, number>>();
  let newest: { gtid: string | null; file: string; pos: number } | undefined;
  for (const topic of topics) {
    for await (const record of kafka.read({ topic, from: new Map(), to: await kafka.endOffsets(topic) })) {
      const change = decodeRecord(record);
      if (change === undefined || change.snapshot || change.file === null) continue;
      const { gtid, file, pos } = change;
      const at = { gtid, file, pos: pos ?? 0 };
      if (newest === undefined || comparePlaces(at, newest) > 0) newest = at;
      if (skips(change)) countIn(sent, topic, keyOf(change));
    }
  }
  return { sent, newest: newest?.gtid ?? null };
}

/** Copies of earlier moves make more of a transaction than there is: they stand for no other. */
function unsent(committed: ReadonlyMap<string, number>, sent: ReadonlyMap<string, number> = new Map()): number {
  return [...committed].reduce((sum, [key, count]) => sum + Math.max(0, count - (sent.get(key) ?? 0)), 0);
}

function keyOf({ gtid, file, pos }: InBinlog): string {
  return gtid ?? `${file}:${pos}`;
}

function countIn(counts: Map<string, Map<string, number>>, topic: string, key: string): void {
  const of = counts.get(topic) ?? new Map<string, number>();
  counts.set(topic, of.set(key, (of.get(key) ?? 0) + 1));
}
