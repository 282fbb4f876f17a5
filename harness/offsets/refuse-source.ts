import { usageError } from "#core/errors.ts";
import { countGtids, type GtidSet, gtidSetText, parseGtidSet, subtractGtids } from "#stages/mysql/gtid-set.ts";
import { comparePlaces } from "#stages/mysql/progress.ts";
import type { SourceAim } from "./aim.ts";
import {
  type BinlogPlace,
  inSnapshot,
  type MysqlPosition,
  needed,
  type Positions,
  placeOf,
  type SchemaHistory,
} from "./positions.ts";

/** The source's stored place, for a plan that moves it. Throws where there is none to move. */
export function sourceOffset(positions: Positions): BinlogPlace {
  const source = needed("the source's offset", positions.source);
  const place = placeOf(source);
  if (place !== undefined && !inSnapshot(source)) return place;
  const { name } = source.connector;
  throw usageError({
    code: place === undefined ? "SOURCE_OFFSET_NONE" : "SNAPSHOT_RUNNING",
    what: `the source ${name} cannot be moved`,
    expected: "an offset from after its initial snapshot",
    got: place === undefined ? "no offset" : "an offset from inside its initial snapshot",
    remedy:
      place === undefined
        ? "let it run once: without an offset it takes a snapshot"
        : "wait until the snapshot is done",
  });
}

/** Throws when the source could not read on from there. */
export function refuseSource(positions: Positions, { place }: SourceAim): void {
  const now = sourceOffset(positions);
  const mysql = needed("MySQL's binlog", positions.mysql);
  const history = needed("the schema history", positions.schemaHistory);
  if (place.gtids !== null && now.gtids === null) throw noGtids(place.gtids);
  if (place.gtids === null) refuseFile(place, mysql);
  else refuseSet(parseGtidSet(place.gtids), mysql);
  refuseHistory(place, history);
}

function refuseSet(target: GtidSet, { gtidExecuted, gtidPurged, files }: MysqlPosition): void {
  const ahead = subtractGtids(target, parseGtidSet(gtidExecuted));
  if (countGtids(ahead) > 0) {
    throw usageError({
      code: "TARGET_NOT_REACHED",
      what: "the target has transactions that MySQL has not executed",
      expected: `a part of ${gtidExecuted}`,
      got: `${gtidSetText(ahead)} besides`,
      remedy: "take a part of gtid_executed; Debezium would take the rest for sent when they come",
    });
  }
  const gone = subtractGtids(parseGtidSet(gtidPurged), target);
  if (countGtids(gone) > 0) {
    throw usageError({
      code: "BINLOG_PURGED",
      what: `the source would need ${countGtids(gone)} transactions that MySQL has purged`,
      expected: `a target with all of ${gtidPurged}`,
      got: `without ${gtidSetText(gone)}; the oldest binlog is ${files[0]}`,
      remedy: "--to earliest is as far back as it goes; rows from before need a snapshot",
    });
  }
}

function refuseFile({ file, pos }: BinlogPlace, { files, end }: MysqlPosition): void {
  if (files.includes(file) && !(file === files.at(-1) && pos > end)) return;
  throw usageError({
    code: "BINLOG_PURGED",
    what: `MySQL does not have ${file}:${pos} in its binlogs`,
    expected: `from ${files[0]} to ${files.at(-1)}:${end}`,
    got: `${file}:${pos}`,
    remedy: "--to earliest is as far back as it goes",
  });
}

function refuseHistory(place: BinlogPlace, { topic, begin, first }: SchemaHistory): void {
  const whole = begin === 0 && first !== null;
  if (whole && !isBefore(place, first)) return;
  throw usageError({
    code:
      first === null ? "SCHEMA_HISTORY_EMPTY" : begin > 0 ? "SCHEMA_HISTORY_TRIMMED" : "TARGET_BEFORE_SCHEMA_HISTORY",
    what: whole
      ? "the target is from before the schema history's first record: the source would not know its tables"
      : `the schema history ${topic} is not whole: the source would fail at its next start`,
    expected: first === null ? "its first record, from the initial snapshot" : `at or after ${placeText(first)}`,
    got: first === null ? "no record" : begin > 0 ? `it begins at offset ${begin}` : placeText(place),
    remedy: whole
      ? "--to earliest is as far back as it goes; rows from before need a snapshot"
      : "snapshot.mode=recovery builds it anew while no table has changed since; then make a plan",
  });
}

function isBefore(place: BinlogPlace, first: BinlogPlace): boolean {
  if (place.gtids !== null && first.gtids !== null)
    return countGtids(subtractGtids(parseGtidSet(first.gtids), parseGtidSet(place.gtids))) > 0;
  return comparePlaces(place, first) < 0;
}

export function placeText({ gtids, file, pos }: BinlogPlace): string {
  return gtids ?? `${file}:${pos}`;
}

function noGtids(got: string): Error {
  return usageError({
    code: "GTID_OFF",
    what: "the source's offset has no GTIDs: it goes by file and position",
    expected: "time=… or earliest",
    got,
    remedy: "switch GTID on at the server before, or give a time",
  });
}
