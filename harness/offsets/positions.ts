import { z } from "zod";
import { usageError } from "#core/errors.ts";

/** A part of the pipeline as it was read, or why it is not known. */
export type Part<T> = { readonly value: T } | { readonly unknown: string };

const part = <T extends z.ZodType>(value: T) => z.union([z.object({ value }), z.object({ unknown: z.string() })]);
const offset = z.number().int().nonnegative();

const mysql = z.object({
  /** Empty where GTID is off. */
  gtidExecuted: z.string(),
  gtidPurged: z.string(),
  /** The binlogs that can still be read, oldest first; the last one ends at `end`. */
  files: z.array(z.string()),
  end: z.number(),
});

const connector = z.object({
  name: z.string(),
  /** RUNNING, PAUSED, STOPPED, FAILED; null where there is no REST interface to ask. */
  state: z.string().nullable(),
});

const source = z.object({
  connector,
  /** Debezium's name of the server, which is also the prefix of its topics. */
  server: z.string(),
  /** As Connect has it, in Debezium's own words; null before the first is stored. */
  offset: z.record(z.string(), z.unknown()).nullable(),
});

/** A place in MySQL's binlog, as Debezium names it. */
const binlogPlace = z.object({ gtids: z.string().nullable(), file: z.string(), pos: z.number() });

const schemaHistory = z.object({
  topic: z.string(),
  begin: offset,
  end: offset,
  /** Where the first record of it was taken: a source that is set before it does not know its tables. */
  first: binlogPlace.nullable(),
});

const dataPartition = z.object({
  topic: z.string(),
  partition: z.number().int(),
  begin: offset,
  end: offset,
  /** What the sink's data group has committed; null while it has not. */
  read: offset.nullable(),
  /** Records that the sink has yet to read; null where they are too many to look. */
  waiting: offset.nullable(),
});

const sink = z.object({
  connector,
  dataGroup: z.string(),
  coordinatorGroup: z.string(),
  /** Members of each group now: offsets can't be moved while there are some. */
  dataMembers: z.number(),
  coordinatorMembers: z.number(),
  data: z.array(dataPartition),
});

const control = z.object({
  topic: z.string(),
  begin: offset,
  end: offset,
  /** What the coordinator's group has committed; null while it has not. */
  read: offset.nullable(),
  /** Files that are announced and not in their table yet. */
  pending: z.array(z.object({ table: z.string(), files: z.number(), rows: z.number() })),
});

const table = z.object({
  /** `namespace.name`. */
  table: z.string(),
  /** Null while there is no snapshot. */
  snapshotId: z.string().nullable(),
  /** `kafka.connect.offsets.<control topic>.<group>`: events of the control topic below it are not taken in again. */
  floor: offset.nullable(),
  rows: z.number(),
  validThrough: z.string().nullable(),
});

export const positionsSchema = z.object({
  readMs: z.number(),
  mysql: part(mysql),
  source: part(source),
  schemaHistory: part(schemaHistory),
  sink: part(sink),
  control: part(control),
  tables: part(z.array(table)),
});

/** All of a pipeline's positions at one time, side by side. */
export type Positions = z.infer<typeof positionsSchema>;
export type MysqlPosition = z.infer<typeof mysql>;
export type SourceOffset = z.infer<typeof source>;
export type BinlogPlace = z.infer<typeof binlogPlace>;
export type SchemaHistory = z.infer<typeof schemaHistory>;
export type SinkPosition = z.infer<typeof sink>;
export type DataPartition = z.infer<typeof dataPartition>;
export type ControlPosition = z.infer<typeof control>;
export type TablePosition = z.infer<typeof table>;

/** What has to be known. Throws `POSITION_UNKNOWN`. */
export function needed<T>(what: string, part: Part<T>): T {
  if ("value" in part) return part.value;
  throw usageError({
    code: "POSITION_UNKNOWN",
    what: `this plan needs to know ${what}, which is not known`,
    got: part.unknown,
    remedy: "reach that part: `floe offsets show` tells what is known, --help the options for each part",
  });
}

const offsetPlace = z
  .object({ gtids: z.string().optional(), file: z.string(), pos: z.number() })
  .transform(({ gtids = null, file, pos }) => ({ gtids, file, pos }));

/** The stored offset as a place in the binlog; undefined when there is none, or in words that Debezium does not use. */
export function placeOf({ offset }: SourceOffset): BinlogPlace | undefined {
  return offsetPlace.safeParse(offset).data;
}

/** Whether the initial snapshot is still going on: its rows come again from the start after any interruption. */
export function inSnapshot({ offset }: SourceOffset): boolean {
  return offset !== null && offset["snapshot"] !== undefined && offset["snapshot_completed"] !== true;
}

/** A source offset as text, without what changes while nothing happens. */
export function offsetText({ offset }: SourceOffset): string {
  if (offset === null) return "none";
  const kept = Object.entries(offset).filter(([name]) => name !== "ts_sec");
  return JSON.stringify(Object.fromEntries(kept.toSorted(([a], [b]) => a.localeCompare(b))));
}

export const partitionName = ({ topic, partition }: Pick<DataPartition, "topic" | "partition">) =>
  `${topic}/${partition}`;

/** The connector of one end, with its state. */
export function connectorOf(positions: Positions, end: "source" | "sink") {
  return end === "source"
    ? needed("the source's offset", positions.source).connector
    : needed("the sink's groups", positions.sink).connector;
}
