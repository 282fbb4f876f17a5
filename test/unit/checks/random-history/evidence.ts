import type { Relation } from "#checks/evidence.ts";
import { names, type Person, topicName } from "../people.ts";
import { type Change, gtidOf, isAlive, type TopicRecord, type World } from "./world.ts";

/** A world as the run's files tell it: a JSON line each. */
export interface Evidence {
  readonly relations: Readonly<Partial<Record<Relation, readonly unknown[]>>>;
  /** The rows of MySQL's table and of the lake's. */
  readonly mysql: readonly unknown[];
  readonly lake: readonly unknown[];
}

export function evidenceOf(world: World): Evidence {
  const numbered = world.changes.map((change, seq) => ({ change, seq }));
  const told = numbered.filter(({ change }) => !change.bySomebodyElse);
  const logged = numbered.filter(({ change }) => change.happened);
  const snapshots = new Map(world.files.map(({ snapshotId, bySink }) => [snapshotId, bySink]));
  return {
    relations: {
      ledger: told.map(({ change, seq }) => ledgerLine(world, change, seq)),
      ...(world.hasBinlog ? { binlog: logged.map(({ change, seq }) => binlogLine(world, change, seq)) } : {}),
      topics: world.topic.map((record) => topicLine(world, record)),
      positions: world.positions,
      snapshots: [...snapshots].map(([id, bySink]) => snapshotLine(id, bySink)),
      control: [...snapshots].filter(([, bySink]) => bySink).map(([id]) => controlLine(id)),
      files: world.files.map(({ path, records, snapshotId }) => ({
        table: "people",
        path,
        content: "data",
        records,
        bytes: 100 * records,
        addedSnapshotId: snapshotId,
        live: true,
      })),
      objects: world.objects.map((key) => ({ key, bytes: 100, modifiedMs: 0 })),
    },
    mysql: world.mysql.map(rowOf),
    lake: world.lake.map(({ op, row, place, path }) => ({
      ...rowOf(row),
      _cdc: { op: { c: "I", r: "I", u: "U", d: "D" }[op], offset: place?.offset ?? null },
      _kafka_metadata: place === undefined ? null : { topic: topicName, ...place },
      filename: path,
    })),
  };
}

function rowOf([id, name, salary]: Person) {
  return { id, name, salary };
}

/** As ledger and binlog spell rows: each value as text. */
function texts([id, name, salary]: Person) {
  return { id: String(id), name, salary: String(salary) };
}

function positionOf({ positionMode }: World, transaction: number) {
  const place = { file: "binlog.000001", pos: transaction * 1000 };
  return positionMode === "gtid" ? { gtid: gtidOf(transaction), ...place } : { gtid: null, ...place };
}

function ledgerLine(world: World, { transaction, kind, row, status }: Change, seq: number): unknown {
  return {
    seq,
    writer: 0,
    label: "change",
    ...positionOf(world, transaction),
    table: "people",
    kind,
    key: `id=${row[0]}`,
    ...imagesOf(kind, row),
    status,
    ackedAtMs: seq,
  };
}

function binlogLine(world: World, { transaction, kind, row }: Change, seq: number): unknown {
  const place = { ...positionOf(world, transaction), row: seq, order: seq };
  return { ...place, table: "people", kind, key: `id=${row[0]}`, ...imagesOf(kind, row), committedAtMs: seq };
}

function imagesOf(kind: Change["kind"], row: Person) {
  return kind === "delete" ? { before: texts(row), after: null } : { before: null, after: texts(row) };
}

function topicLine(world: World, record: TopicRecord): unknown {
  const { op, row, partition, offset, transaction } = record;
  const place = { topic: topicName, partition, offset, timestampMs: offset, table: "people" };
  if (op === "tombstone") return { ...place, op };
  const alive = isAlive(record);
  return {
    ...place,
    key: `id=${row[0]}`,
    op,
    ...(transaction === undefined ? { snapshot: true } : positionOf(world, transaction)),
    payload: { op, source: {}, before: alive ? null : rowOf(row), after: alive ? rowOf(row) : null },
  };
}

function snapshotLine(snapshotId: number, bySink: boolean): unknown {
  const summary = bySink
    ? { operation: "append", "kafka.connect.commit-id": `c${snapshotId}` }
    : { operation: "append" };
  return {
    table: "people",
    tableUuid: "u",
    snapshotId,
    timestampMs: snapshotId,
    operation: "append",
    summary,
    current: true,
  };
}

function controlLine(snapshotId: number): unknown {
  const event = { type: "COMMIT_TO_TABLE", group: names.sinkGroup, table: "db.people", snapshotId };
  return { partition: 0, offset: snapshotId, ...event };
}
