import type { AnomalyClass, Hop } from "#core/verdict.ts";
import { withFile, withoutInLake } from "./garden.ts";
import type { CheckName, JudgeOptions } from "./judging.ts";
import { literal } from "./literal.ts";
import { type LakeRow, objectKey, type TopicRecord, type World } from "./world.ts";

/** A tiny history with one defect. A check that is not named must be valid. */
export interface Case {
  readonly how: string;
  readonly world: World;
  readonly options?: JudgeOptions;
  /** `class hop xcount keys`, of each check that finds something. */
  readonly found: Partial<Record<CheckName, readonly `${AnomalyClass} ${Hop} x${number} ${string}`[]>>;
}

export const twoUpdates = literal({
  changes: [
    ["update", 1, "Ann", 11],
    ["update", 1, "Ann", 12],
  ],
});
export const inserted = literal({ changes: [["insert", 2, "Bob", 20]] });
export const deleted = literal({ changes: [["delete", 1, "", 0]] });
export const deletedAndMade = literal({
  changes: [
    ["delete", 1, "", 0],
    ["insert", 1, "Ann", 10],
  ],
});
/** A change and its change back: 10, 11, 10. */
export const thereAndBack = literal({
  changes: [
    ["update", 1, "Ann", 11],
    ["update", 1, "Ann", 10],
  ],
});

/** The record at this place of the topic, tombstones not counted. */
export function at(world: World, number: number): TopicRecord {
  return world.topic.filter(({ op }) => op !== "tombstone")[number] as TopicRecord;
}

export function last(world: World): TopicRecord {
  return world.topic.filter(({ op }) => op !== "tombstone").at(-1) as TopicRecord;
}

export function inFile(world: World, bySink: boolean, ...rows: readonly Omit<LakeRow, "path">[]): World {
  return withFile(world, { rows, bySink });
}

/** The lake's row of a record, as somebody has written it again. */
export function rewritten(world: World, record: TopicRecord, row: LakeRow["row"]): World {
  const { op, partition, offset } = record;
  if (op === "tombstone") return world;
  return inFile(withoutInLake(world, [record]), false, { op, row, place: { partition, offset } });
}

export function withoutFile(world: World, number: number): World {
  const path = world.files[number]?.path ?? "";
  const lake = world.lake.filter((row) => row.path !== path);
  return { ...world, lake, objects: world.objects.filter((key) => key !== objectKey(path)) };
}

export const path = (number: number) => twoUpdates.files[number]?.path ?? "";
export const secondUpdate = last(twoUpdates);
export const orphanKey = "warehouse/db/people/data/orphan.parquet";
export const placed = (offset: number) =>
  `SELECT {'topic': 'run.db.people', 'partition': 0, 'offset': ${offset}} AS _kafka_metadata`;
