import { environmentError } from "#core/errors.ts";
import { committedSince } from "#stages/mysql/binlog-times.ts";
import { gtidSetText, parseGtidSet, subtractGtids, uniteGtids } from "#stages/mysql/gtid-set.ts";
import type { SourceAim } from "./aim.ts";
import { type BinlogPlace, needed, type Positions } from "./positions.ts";
import type { Reach } from "./reach.ts";
import { sourceOffset } from "./refuse-source.ts";
import type { Target } from "./target.ts";

type BinlogTarget = Exclude<Target, { kind: "snapshot" }>;

/** Where in the binlog a target is. What is impossible about it is refused afterwards, in refuse-source.ts. */
export async function aimSource(reach: Reach, positions: Positions, target: BinlogTarget): Promise<SourceAim> {
  const now = sourceOffset(positions);
  return { end: "source", place: await placeAt(reach, { positions, target, now }) };
}

async function placeAt(
  reach: Reach,
  { positions, target, now }: { positions: Positions; target: BinlogTarget; now: BinlogPlace },
): Promise<BinlogPlace> {
  // The file and its position stay: with GTIDs on, Debezium goes by the set alone.
  if (target.kind === "gtid") return { ...now, gtids: target.set };
  return target.kind === "time" ? placeAtTime(reach, { positions, now, ms: target.ms }) : earliest(positions, now);
}

interface AtTime {
  readonly positions: Positions;
  readonly now: BinlogPlace;
  readonly ms: number;
}

async function placeAtTime({ place }: Reach, { positions, now, ms }: AtTime): Promise<BinlogPlace> {
  const mysql = needed("MySQL's binlog", positions.mysql);
  if (place.mysql === undefined) return now;
  const { gtids, first, mayLack } = await committedSince(place.mysql, ms);
  const whole = mysql.gtidPurged === "" && now.gtids !== null;
  if (mayLack && !whole) throw beforeTheBinlog(ms, mysql.files[0]);
  if (now.gtids === null) return first === undefined ? now : { gtids: null, ...first };
  const since = parseGtidSet(gtids.join(","));
  return { ...now, gtids: gtidSetText(subtractGtids(parseGtidSet(mysql.gtidExecuted), since)) };
}

/** What both MySQL's binlogs and the schema history still reach back to. */
export function earliest(positions: Positions, now: BinlogPlace): BinlogPlace {
  const mysql = needed("MySQL's binlog", positions.mysql);
  const { first } = needed("the schema history", positions.schemaHistory);
  const known = first ?? now;
  if (now.gtids === null) return known;
  const lower = uniteGtids(parseGtidSet(known.gtids ?? ""), parseGtidSet(mysql.gtidPurged));
  return { ...now, gtids: gtidSetText(lower) };
}

function beforeTheBinlog(ms: number, oldest: string | undefined): Error {
  return environmentError({
    code: "BINLOG_PURGED",
    what: `MySQL's binlogs do not reach back to ${new Date(ms).toISOString()}`,
    expected: "a binlog that was begun before",
    got: `${oldest ?? "none"} is the oldest, and was begun later`,
    remedy: "--to earliest is as far back as it goes; rows from before need a snapshot",
  });
}
