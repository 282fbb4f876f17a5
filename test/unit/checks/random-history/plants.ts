import type { Person } from "../people.ts";
import {
  freeRecords,
  type Garden,
  idsOf,
  lastRecords,
  livesOf,
  newId,
  type Planted,
  withFile,
  withMore,
  withoutInLake,
  withoutInTopic,
} from "./garden.ts";
import { withGroupMove, withSourceAt, withSourceMove } from "./moves.ts";
import { altered, type Choose, chooseFile, chooseRange, chooseTransactions, storedAgain } from "./places.ts";
import { objectKey, type TopicRecord, type World } from "./world.ts";

/** Plants a defect, or nothing where the history has no place for it. */
export type Plant = (garden: Garden, choose: Choose) => Grown | undefined;

export interface Grown {
  readonly world: World;
  readonly planted: Planted;
  readonly ids: Iterable<number>;
  readonly moved?: "source" | "group";
}

export const plants = {
  "record missing in the topic": (garden, choose) => {
    const record = choose(freeRecords(garden));
    if (record === undefined) return undefined;
    const planted: Planted = { what: "not in the topic", records: [record], why: "lost" };
    return { world: withoutInTopic(garden.world, [record]), planted, ids: idsOf([record]) };
  },

  "record sent again": (garden, choose) => {
    const record = choose(freeRecords(garden));
    if (record === undefined) return undefined;
    const planted: Planted = { what: "sent again", records: [record], why: "a second producer" };
    return { world: withMore(garden.world, [record]), planted, ids: idsOf([record]) };
  },

  "foreign record in the topic": (garden, choose) => {
    // Without GTIDs, a change of a known key can be told from one of MySQL's only by how many there are.
    const known = garden.exact.positionMode === "gtid" ? [...livesOf(garden.exact).keys()] : [];
    const id = choose([newId(garden), ...known.filter((key) => !garden.taken.has(key))]);
    const op = choose(["c", "u", "d"] as const);
    if (id === undefined || op === undefined) return undefined;
    const record: TopicRecord = { op, row: [id, "nobody's", 99], partition: 0, offset: 0, transaction: 999_999 };
    return { world: withMore(garden.world, [record]), planted: { what: "foreign record", record }, ids: [id] };
  },

  "record missing in the lake": (garden, choose) => {
    const record = choose(freeRecords(garden));
    if (record === undefined) return undefined;
    const planted: Planted = { what: "not in the lake", records: [record], why: "lost" };
    return { world: withoutInLake(garden.world, [record]), planted, ids: idsOf([record]) };
  },

  "record twice in the lake": (garden, choose) => {
    const record = choose(freeRecords(garden));
    if (record === undefined) return undefined;
    const planted: Planted = { what: "twice in the lake", records: [record], why: "written twice" };
    return { world: storedAgain(garden.world, [record]), planted, ids: idsOf([record]) };
  },

  "value altered in the lake": (garden, choose) => {
    const record = choose(freeRecords(garden));
    const to = choose([(row: Person): Person => [row[0], "altered", row[2]], (row): Person => [row[0], row[1], 77]]);
    const inOwnFile = choose([true, false]);
    if (record === undefined || to === undefined || inOwnFile === undefined) return undefined;
    const planted: Planted = { what: "altered", record, inOwnFile };
    return { world: altered(garden.world, { record, row: to(record.row), inOwnFile }), planted, ids: idsOf([record]) };
  },

  "foreign row in the lake": (garden, choose) => {
    const known = [...livesOf(garden.exact).keys()].filter((key) => !garden.taken.has(key));
    const id = choose([newId(garden), ...known]);
    const op = choose(["c", "u", "d"] as const);
    if (id === undefined || op === undefined) return undefined;
    const row = { op, row: [id, "nobody's", 98] as const, place: undefined };
    const world = withFile(garden.world, { rows: [row], bySink: false });
    return { world, planted: { what: "foreign row", row: { ...row, path: "" } }, ids: [id] };
  },

  "row of the lake with a place that the topic does not have": (garden, choose) => {
    const partition = choose(Array.from({ length: garden.exact.partitions }, (_, at) => at));
    const id = newId(garden);
    const row = {
      op: "c",
      row: [id, "nobody's", 97],
      place: { partition: partition ?? 0, offset: 99_000 + id },
    } as const;
    const world = withFile(garden.world, { rows: [row], bySink: true });
    return { world, planted: { what: "foreign row", row: { ...row, path: "" } }, ids: [id] };
  },

  "row changed in MySQL behind the binlog": (garden, choose) => {
    const last = choose(lastRecords(garden, true));
    if (last === undefined) return undefined;
    const [id] = last.row;
    const older = (livesOf(garden.exact).get(id) ?? []).map(({ row }) => row);
    const row = choose<Person>([[id, "behind", last.row[2]], [id, last.row[1], 55], ...older]);
    const mysql = garden.world.mysql.map((other) => (other[0] === id ? (row ?? other) : other));
    return { world: { ...garden.world, mysql }, planted: { what: "behind the binlog", id, row }, ids: [id] };
  },

  "row deleted in MySQL behind the binlog": (garden, choose) => {
    const last = choose(lastRecords(garden, true));
    if (last === undefined) return undefined;
    const [id] = last.row;
    const mysql = garden.world.mysql.filter((row) => row[0] !== id);
    return { world: { ...garden.world, mysql }, planted: { what: "behind the binlog", id, row: undefined }, ids: [id] };
  },

  "row inserted in MySQL behind the binlog": (garden, choose) => {
    const before = lastRecords(garden, false).map(({ row }) => row);
    const row = choose<Person>([[newId(garden), "behind", 1], ...before]);
    if (row === undefined) return undefined;
    const mysql = [...garden.world.mysql, row];
    return {
      world: { ...garden.world, mysql },
      planted: { what: "behind the binlog", id: row[0], row },
      ids: [row[0]],
    };
  },

  "file missing in the bucket": (garden, choose) => {
    const file = chooseFile(garden, choose);
    if (file === undefined) return undefined;
    const { path, records } = file;
    const objects = garden.world.objects.filter((key) => key !== objectKey(path));
    const world = { ...withoutInLake(garden.world, records), objects };
    return { world, planted: { what: "file gone", records, path }, ids: idsOf(records) };
  },

  "file named twice": (garden, choose) => {
    const file = chooseFile(garden, choose);
    if (file === undefined) return undefined;
    const { path, records } = file;
    const { world } = garden;
    const named = world.files.filter((other) => other.path === path);
    const rows = world.lake.filter((row) => row.path === path);
    const twice = { ...world, files: [...world.files, ...named], lake: [...world.lake, ...rows] };
    return { world: twice, planted: { what: "file named twice", records, path }, ids: idsOf(records) };
  },

  "sink group moved forward": (garden, choose) => {
    const range = chooseRange(garden, choose);
    if (range === undefined || garden.moved.has("group")) return undefined;
    const { records, partition, from, to, end } = range;
    const planted: Planted = { what: "not in the lake", records, why: "group moved" };
    const world = withGroupMove(withoutInLake(garden.world, records), { partition, from, to, end, byHand: true });
    return { world, planted, ids: idsOf(records), moved: "group" };
  },

  "sink group moved back": (garden, choose) => {
    const range = chooseRange(garden, choose);
    const byHand = choose([true, false]);
    if (range === undefined || byHand === undefined || garden.moved.has("group")) return undefined;
    const { records, partition, from, to, end } = range;
    const planted: Planted = { what: "twice in the lake", records, why: "group went back" };
    const stored = storedAgain(garden.world, records);
    const world = withGroupMove(stored, { partition, from: to, to: from, end, byHand });
    return { world, planted, ids: idsOf(records), moved: "group" };
  },

  "source offset moved forward": (garden, choose) => {
    const jump = chooseTransactions(garden, choose);
    if (jump === undefined || garden.exact.positionMode === "file") return undefined;
    const planted: Planted = { what: "not in the topic", records: jump.records, why: "source moved" };
    const world = withSourceMove(withoutInTopic(garden.world, jump.records), { ...jump, byHand: true });
    return { world, planted, ids: idsOf(jump.records), moved: "source" };
  },

  "source offset never got there": (garden, choose) => {
    const rest = chooseTransactions(garden, choose, { toTheEnd: true });
    if (rest === undefined || garden.exact.positionMode === "file") return undefined;
    const planted: Planted = { what: "not in the topic", records: rest.records, why: "source behind" };
    const world = withSourceAt(withoutInTopic(garden.world, rest.records), rest.from);
    return { world, planted, ids: idsOf(rest.records), moved: "source" };
  },

  "source offset moved back": (garden, choose) => {
    const again = chooseTransactions(garden, choose, { toTheEnd: true });
    const byHand = choose([true, false]);
    if (again === undefined || byHand === undefined) return undefined;
    const planted: Planted = { what: "sent again", records: again.records, why: "source went back" };
    const move = { from: again.to, to: again.from, byHand };
    return {
      world: withSourceMove(withMore(garden.world, again.records), move),
      planted,
      ids: idsOf(again.records),
      moved: "source",
    };
  },
} satisfies Readonly<Record<string, Plant>>;

export type PlantName = keyof typeof plants;
