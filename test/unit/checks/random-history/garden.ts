import type { Person } from "../people.ts";
import { dataPath, isAlive, type LakeRow, type TopicRecord, type World } from "./world.ts";

/** What was planted: as much as an oracle needs to say what must be found. */
export type Planted =
  /** They never reached the topic: the connector lost them, its offset was moved past them, or never got to them. */
  | {
      readonly what: "not in the topic";
      readonly records: Records;
      readonly why: "lost" | "source moved" | "source behind";
    }
  /** Copies of them are at the topic's end, in this order. */
  | { readonly what: "sent again"; readonly records: Records; readonly why: "a second producer" | "source went back" }
  /** A record of a transaction that MySQL never had. */
  | { readonly what: "foreign record"; readonly record: TopicRecord }
  | { readonly what: "not in the lake"; readonly records: Records; readonly why: "lost" | "group moved" }
  | { readonly what: "file gone"; readonly records: Records; readonly path: string }
  | { readonly what: "twice in the lake"; readonly records: Records; readonly why: "written twice" | "group went back" }
  | { readonly what: "file named twice"; readonly records: Records; readonly path: string }
  /** By a transform of the sink, or by somebody's UPDATE of the lake. */
  | { readonly what: "altered"; readonly record: TopicRecord; readonly inOwnFile: boolean }
  /** A row without a place in Kafka, or with one that the topic does not have. */
  | { readonly what: "foreign row"; readonly row: LakeRow }
  /** MySQL's row has become this one behind the binlog; undefined: deleted. */
  | { readonly what: "behind the binlog"; readonly id: number; readonly row: Person | undefined };

type Records = readonly TopicRecord[];

/** What a plant works on. Each takes the keys that nobody else has taken, so that what follows from each stays clear. */
export interface Garden {
  readonly exact: World;
  /** The world with all that was planted until now. */
  readonly world: World;
  readonly taken: ReadonlySet<number>;
  /** Plants that have a say over the whole table: at most one each of the source's, the group's. */
  readonly moved: ReadonlySet<"source" | "group">;
}

/** The records of each key, in their order; tombstones are none. */
export function livesOf({ topic }: World): ReadonlyMap<number, Records> {
  return Map.groupBy(
    topic.filter(({ op }) => op !== "tombstone"),
    ({ row: [id] }) => id,
  );
}

export function idsOf(records: Records): ReadonlySet<number> {
  return new Set(records.map(({ row: [id] }) => id));
}

/** Records of keys that are still free. */
export function freeRecords({ exact, taken }: Garden): Records {
  return exact.topic.filter(({ op, row: [id] }) => op !== "tombstone" && !taken.has(id));
}

export function areFree({ taken }: Garden, records: Records): boolean {
  return [...idsOf(records)].every((id) => !taken.has(id));
}

/** A key that no history has. */
export function newId({ taken }: Garden): number {
  return 900 + taken.size;
}

/** The last record of each free key after which its row is there; or is not. */
export function lastRecords(garden: Garden, alive: boolean): Records {
  return [...livesOf(garden.exact)].flatMap(([id, life]) => {
    const last = life.at(-1);
    return last === undefined || garden.taken.has(id) || isAlive(last) !== alive ? [] : [last];
  });
}

export function withoutInTopic(world: World, gone: Records): World {
  const topic = world.topic.filter((record) => !gone.includes(record));
  return { ...withoutInLake(world, gone), topic };
}

export function withoutInLake(world: World, gone: Records): World {
  return { ...world, lake: world.lake.filter((row) => !gone.some((record) => isOf(row, record))) };
}

export function isOf({ place }: LakeRow, { partition, offset }: TopicRecord): boolean {
  return place?.partition === partition && place.offset === offset;
}

/** More records at the topic's end, which the sink has stored as it should. */
export function withMore(world: World, records: Records): World {
  const more: TopicRecord[] = [];
  for (const record of records) {
    const partition = record.row[0] % world.partitions;
    const before = [...world.topic, ...more].filter((other) => other.partition === partition);
    more.push({ ...record, partition, offset: 1 + Math.max(-1, ...before.map(({ offset }) => offset)) });
  }
  const rows = more.flatMap(({ op, row, partition, offset }) =>
    op === "tombstone" ? [] : [{ op, row, place: { partition, offset } }],
  );
  return { ...withFile(world, { rows, bySink: true }), topic: [...world.topic, ...more] };
}

/** A file more, with its snapshot. */
export function withFile(
  world: World,
  { rows, bySink }: { readonly rows: readonly Omit<LakeRow, "path">[]; readonly bySink: boolean },
): World {
  const snapshotId = 1 + Math.max(0, ...world.files.map((file) => file.snapshotId));
  const path = dataPath(snapshotId + 1000);
  return {
    ...world,
    lake: [...world.lake, ...rows.map((row) => ({ ...row, path }))],
    files: [...world.files, { path, records: rows.length, snapshotId, bySink }],
    objects: [...world.objects, path.replace("s3://lake/", "")],
  };
}
