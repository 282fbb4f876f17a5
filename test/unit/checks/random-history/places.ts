import type { Person } from "../people.ts";
import { areFree, freeRecords, type Garden, isOf, withFile, withoutInLake } from "./garden.ts";
import { type TopicRecord, transactionsBefore, type World } from "./world.ts";

/** One of several; undefined of none. */
export type Choose = <T>(from: readonly T[]) => T | undefined;

export function storedAgain(world: World, records: readonly TopicRecord[]): World {
  const rows = world.lake.filter((row) => records.some((record) => isOf(row, record)));
  return withFile(world, { rows, bySink: true });
}

interface Alteration {
  readonly record: TopicRecord;
  readonly row: Person;
  readonly inOwnFile: boolean;
}

export function altered(world: World, { record, row, inOwnFile }: Alteration): World {
  if (inOwnFile)
    return { ...world, lake: world.lake.map((other) => (isOf(other, record) ? { ...other, row } : other)) };
  const rows = world.lake.filter((other) => isOf(other, record)).map((other) => ({ ...other, row }));
  return withFile(withoutInLake(world, [record]), { rows, bySink: false });
}

/** A file of the sink's, all of whose keys are free. */
export function chooseFile(garden: Garden, choose: Choose) {
  const files = garden.exact.files.map(({ path }) => {
    const rows = garden.exact.lake.filter((row) => row.path === path);
    return { path, records: garden.exact.topic.filter((record) => rows.some((row) => isOf(row, record))) };
  });
  return choose(files.filter(({ records }) => areFree(garden, records)));
}

/** Some of a partition's records, with the offsets that a group has before and after them. */
export function chooseRange(garden: Garden, choose: Choose) {
  const first = choose(freeRecords(garden));
  const length = choose([1, 2, 3]);
  if (first === undefined || length === undefined) return undefined;
  const { partition } = first;
  const stored = garden.exact.topic.filter((record) => record.partition === partition && record.op !== "tombstone");
  const records = stored.slice(stored.indexOf(first)).slice(0, length);
  const offsets = stored.map(({ offset }) => offset);
  const [from, to] = [first.offset, (records.at(-1)?.offset ?? 0) + 1];
  return areFree(garden, records) ? { records, partition, from, to, end: 1 + Math.max(...offsets) } : undefined;
}

/** The records of some transactions: those after `from` up to `to`. */
export function chooseTransactions(garden: Garden, choose: Choose, { toTheEnd = false } = {}) {
  const numbers = garden.exact.topic.flatMap(({ transaction }) => (transaction === undefined ? [] : [transaction]));
  const last = choose(numbers);
  if (last === undefined || garden.moved.has("source")) return undefined;
  const offsets = garden.exact.positions.filter(({ kind }) => kind === "source").length;
  const to = toTheEnd ? transactionsBefore + offsets - 1 : last;
  const from = toTheEnd ? last - 1 : (choose([last - 1, Math.max(transactionsBefore, last - 2)]) ?? last - 1);
  const records = garden.exact.topic.filter(
    ({ op, transaction = 0 }) => op !== "tombstone" && transaction > from && transaction <= to,
  );
  return areFree(garden, records) ? { from, to, records } : undefined;
}
