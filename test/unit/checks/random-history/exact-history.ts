import * as fc from "fast-check";
import { names, type Person, topicName } from "../people.ts";
import {
  type Change,
  type ChangeKind,
  type DataFile,
  dataPath,
  gtidSet,
  type LakeRow,
  objectKey,
  type Position,
  type TopicRecord,
  transactionsBefore,
  type World,
} from "./world.ts";

/** What a history is made from: small numbers that fast-check can shrink. */
export interface Draft {
  readonly positionMode: World["positionMode"];
  readonly hasBinlog: boolean;
  readonly partitions: number;
  /** Whether the ends of transactions take offsets of the topic, as exactly-once sources leave them. */
  readonly markers: boolean;
  readonly rowsInFile: number;
  readonly initial: readonly Values[];
  readonly transactions: readonly DraftTransaction[];
}

interface DraftTransaction {
  readonly outcome: "ok" | "unknown-done" | "unknown-undone" | "failed";
  readonly bySomebodyElse: boolean;
  readonly changes: readonly DraftChange[];
}

interface DraftChange {
  readonly what: "insert" | "update" | "delete" | "move";
  readonly id: number;
  readonly values: Values;
}

type Values = readonly [name: string | null, salary: number];

export interface HistoryOptions {
  readonly transactions?: number;
  /** Whether every transaction is known to have happened. */
  readonly certain?: boolean;
}

/** A history in which nothing went wrong: what each stage holds follows from what MySQL committed. */
export function exactHistory({ transactions = 12, certain = false }: HistoryOptions = {}): fc.Arbitrary<World> {
  const values = fc.tuple(
    fc.constantFrom(null, "", "Ann", "O'Neil", 'a "b" \\', "€ 🙂", "NULL", "true"),
    fc.integer({ min: -1, max: 3 }),
  );
  const change = fc.record({
    what: fc.constantFrom("insert", "update", "update", "delete", "move"),
    id: fc.integer({ min: 1, max: 12 }),
    values,
  });
  const outcome = fc.constantFrom("ok", "ok", "ok", "unknown-done", "unknown-undone", "failed");
  const transaction = fc.record({
    outcome: certain ? fc.constant("ok" as const) : outcome,
    bySomebodyElse: fc.boolean(),
    changes: fc.array(change, { minLength: 1, maxLength: 4 }),
  });
  return fc
    .record({
      positionMode: fc.constantFrom("gtid", "gtid", "file"),
      hasBinlog: fc.boolean(),
      partitions: fc.integer({ min: 1, max: 3 }),
      markers: fc.boolean(),
      rowsInFile: fc.integer({ min: 1, max: 5 }),
      initial: fc.array(values, { maxLength: 6 }),
      transactions: fc.array(transaction, { maxLength: transactions }),
    })
    .map(makeWorld);
}

export function makeWorld(draft: Draft): World {
  const initial = draft.initial.map(([name, salary], at): Person => [at + 1, name, salary]);
  const rows = new Map(initial.map((row) => [row[0], row]));
  const changes = draft.transactions.flatMap((transaction, at) => commit(rows, { draft, transaction, at }));
  const topic = recordsOf(draft, { initial, changes });
  const { lake, files } = storedIn(draft.rowsInFile, topic);
  return {
    positionMode: draft.positionMode,
    hasBinlog: draft.hasBinlog,
    partitions: draft.partitions,
    mysql: [...rows.values()],
    changes,
    topic,
    lake,
    files,
    objects: files.map(({ path }) => objectKey(path)),
    positions: positionsOf(draft, topic),
  };
}

interface Committing {
  readonly draft: Draft;
  readonly transaction: DraftTransaction;
  readonly at: number;
}

/** The transaction's row changes. MySQL's rows are others after it, unless it did not happen. */
function commit(rows: Map<number, Person>, { draft, transaction, at }: Committing): Change[] {
  const { outcome } = transaction;
  const happened = outcome === "ok" || outcome === "unknown-done";
  const status = outcome === "ok" ? "ok" : outcome === "failed" ? "fail" : "info";
  const told = { transaction: transactionsBefore + at + 1, status, happened } as const;
  const bySomebodyElse = transaction.bySomebodyElse && draft.hasBinlog && outcome === "ok";
  const target = happened ? rows : new Map(rows);
  return transaction.changes.flatMap((change) => {
    return apply(target, change).map(({ kind, row }) => ({ ...told, kind, row, bySomebodyElse }));
  });
}

/** A change of the primary key is a delete and an insert. What cannot be done becomes what can. */
function apply(rows: Map<number, Person>, { what, id, values: [name, salary] }: DraftChange) {
  const done: { kind: ChangeKind; row: Person }[] = [];
  const alive = [...rows.keys()].toSorted((a, b) => a - b).find((key) => key >= id) ?? [...rows.keys()][0];
  const free = Array.from({ length: 20 }, (_, at) => 1 + ((id - 1 + at) % 20)).find((key) => !rows.has(key));
  const old = alive === undefined ? undefined : rows.get(alive);
  if (old !== undefined && (what === "delete" || what === "move")) {
    rows.delete(old[0]);
    done.push({ kind: "delete", row: old });
    if (what === "delete") return done;
  }
  if (old !== undefined && what === "update") {
    const changed = name !== old[1] || salary !== old[2];
    const row: Person = [old[0], name, changed ? salary : salary + 1];
    rows.set(row[0], row);
    return [{ kind: "update" as const, row }];
  }
  if (free === undefined) return done;
  const row: Person = what === "move" && old !== undefined ? [free, old[1], old[2]] : [free, name, salary];
  rows.set(free, row);
  return [...done, { kind: "insert" as const, row }];
}

interface Committed {
  readonly initial: readonly Person[];
  readonly changes: readonly Change[];
}

function recordsOf({ partitions, markers }: Draft, { initial, changes }: Committed): TopicRecord[] {
  const ends = Array.from({ length: partitions }, () => 0);
  const place = (id: number) => {
    const partition = id % partitions;
    return { partition, offset: (ends[partition] = (ends[partition] ?? 0) + 1) - 1 };
  };
  const records: TopicRecord[] = initial.map((row) => ({ op: "r", row, ...place(row[0]), transaction: undefined }));
  for (const { transaction, kind, row, happened } of changes) {
    if (!happened) continue;
    records.push({ op: opOf[kind], row, ...place(row[0]), transaction });
    if (kind === "delete") records.push({ op: "tombstone", row, ...place(row[0]), transaction });
    if (markers) ends.forEach((end, partition) => (ends[partition] = end + 1));
  }
  return records;
}

const opOf = { insert: "c", update: "u", delete: "d" } as const;

function storedIn(rowsInFile: number, topic: readonly TopicRecord[]): { lake: LakeRow[]; files: DataFile[] } {
  const lake = topic.flatMap(({ op, row, partition, offset }) =>
    op === "tombstone" ? [] : [{ op, row, place: { partition, offset } }],
  );
  const inFiles = lake.map((row, at) => ({ ...row, path: dataPath(Math.floor(at / rowsInFile)) }));
  const counts = Map.groupBy(inFiles, ({ path }) => path);
  const files = [...counts].map(([path, { length: records }], at) => ({
    path,
    records,
    snapshotId: at + 1,
    bySink: true,
  }));
  return { lake: inFiles, files };
}

/** The source's stored offset after each transaction; the sink's group at its start, half way and at its end. */
function positionsOf({ positionMode, transactions }: Draft, topic: readonly TopicRecord[]): Position[] {
  const source = [...transactions.keys(), transactions.length].map((number) =>
    sourceOffset(positionMode, transactionsBefore + number),
  );
  const group = [0, Math.floor(topic.length / 2), topic.length].map((records) => groupOffset(topic.slice(0, records)));
  const states = [names.sourceConnector, names.sinkConnector].map((name) => connectorState(name, "RUNNING"));
  return [...states, ...source, ...group].map((position, turn) => ({ ...position, wallMs: turn * 10_000 }));
}

export type Told = Omit<Position, "wallMs">;

export function sourceOffset(mode: World["positionMode"], last: number): Told {
  const place = { file: "binlog.000001", pos: last * 1000 };
  const detail = mode === "file" ? place : { ...place, gtids: gtidSet(last), transactions: last };
  return { kind: "source", name: names.sourceConnector, detail };
}

/** A group that has read these records. */
export function groupOffset(read: readonly TopicRecord[]): Told {
  const ends = read.map(({ partition, offset }): [string, number] => [`${topicName}/${partition}`, offset + 1]);
  return { kind: "group", name: names.sinkGroup, detail: Object.fromEntries(ends) };
}

export function connectorState(name: string, state: "RUNNING" | "STOPPED"): Told {
  return { kind: "connector", name, detail: { state, tasks: [] } };
}
