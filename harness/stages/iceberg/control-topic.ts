import avsc from "avsc";
import { z } from "zod";
import { environmentError, invariant, messageOf } from "#core/errors.ts";
import type { KafkaRecord } from "#core/ports.ts";

/** What the sink's tasks and their coordinator tell each other, in the order of a commit and of their numbers. */
export const controlEventTypes = [
  "START_COMMIT",
  "DATA_WRITTEN",
  "DATA_COMPLETE",
  "COMMIT_TO_TABLE",
  "COMMIT_COMPLETE",
] as const;
export type ControlEventType = (typeof controlEventTypes)[number];

/** One event of the control topic. */
export interface ControlEvent {
  readonly partition: number;
  readonly offset: bigint;
  readonly type: ControlEventType;
  /** Who wrote it, a task or its coordinator, by the number of its producer. */
  readonly producerId: bigint;
  /** The group of the sink that wrote it: two sinks on one control topic are told apart by it. */
  readonly group: string;
  readonly commitId: string;
  readonly timestampMs: number;
  /** The table that it is about, for DATA_WRITTEN and COMMIT_TO_TABLE: `namespace.name`. */
  readonly table: string | undefined;
  /** DATA_WRITTEN: the files that a task has written and asks to have committed. */
  readonly files: readonly WrittenFile[];
  /** DATA_COMPLETE: how far a task has read each of its partitions; no offset where it read nothing. */
  readonly assignments: readonly Assignment[];
  /** COMMIT_TO_TABLE: the snapshot that took the files in. */
  readonly snapshotId: bigint | undefined;
  /** COMMIT_TO_TABLE and COMMIT_COMPLETE: everything up to then is in the tables. Unset while a task is idle. */
  readonly validThroughMs: number | undefined;
}

export interface WrittenFile {
  readonly kind: "data" | "deletes";
  readonly path: string;
  readonly records: bigint;
}

export interface Assignment {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint | undefined;
}

/** Decodes an event: two bytes C2 01, the schema's length (16 bit), the schema as JSON, the datum (1.10.1 to 1.12.0). */
export function decodeControlEvent(record: KafkaRecord): ControlEvent {
  const bytes = record.value ?? Buffer.alloc(0);
  try {
    invariant(bytes[0] === 0xc2 && bytes[1] === 0x01, "an event begins with C2 01");
    const schemaEnd = 4 + bytes.readUInt16BE(2);
    const event = eventSchema.parse(decode(bytes.toString("utf8", 4, schemaEnd), bytes.subarray(schemaEnd)));
    return eventOf(record, event);
  } catch (error) {
    throw environmentError({
      code: "CONTROL_EVENT_UNDECODABLE",
      what: `the control event at offset ${record.offset} of ${record.topic} cannot be decoded`,
      got: `${bytes.subarray(0, 24).toString("hex")} (${messageOf(error)})`,
      remedy: "another version of the sink may encode its events otherwise",
      cause: error,
    });
  }
}

const uuid = z.instanceof(Uint8Array).transform((bytes) => uuidText(Buffer.from(bytes).toString("hex")));
// Times are longs with a logical type, which the driver leaves numbers: microseconds fit.
const micros = z.number().transform((value) => Math.floor(value / 1_000));
const file = z.object({ file_path: z.string(), record_count: z.bigint() });
const assignment = z.object({ topic: z.string(), partition: z.number(), offset: z.bigint().nullable() });
const eventSchema = z.object({
  type: z.number().int().min(0).max(4),
  timestamp: micros,
  group_id: z.string(),
  payload: z.object({
    commit_id: uuid,
    table_reference: z.object({ namespace: z.array(z.string()), name: z.string() }).optional(),
    data_files: z.array(file).nullish(),
    delete_files: z.array(file).nullish(),
    assignments: z.array(assignment).nullish(),
    snapshot_id: z.bigint().nullish(),
    valid_through_ts: micros.nullish(),
  }),
});

function eventOf({ partition, offset, producerId }: KafkaRecord, event: z.infer<typeof eventSchema>): ControlEvent {
  const { payload } = event;
  const table = payload.table_reference;
  const written = (kind: WrittenFile["kind"], files: z.infer<typeof file>[] | null | undefined) =>
    (files ?? []).map(({ file_path, record_count }) => ({ kind, path: file_path, records: record_count }));
  return {
    partition,
    offset,
    producerId,
    type: controlEventTypes[event.type] ?? "COMMIT_COMPLETE",
    group: event.group_id,
    commitId: payload.commit_id,
    timestampMs: event.timestamp,
    table: table === undefined ? undefined : [...table.namespace, table.name].join("."),
    files: [...written("data", payload.data_files), ...written("deletes", payload.delete_files)],
    assignments: (payload.assignments ?? []).map((each) => ({ ...each, offset: each.offset ?? undefined })),
    snapshotId: payload.snapshot_id ?? undefined,
    validThroughMs: payload.valid_through_ts ?? undefined,
  };
}

function uuidText(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function decode(schema: string, datum: Buffer): unknown {
  const known = types.get(schema) ?? avsc.Type.forSchema(parsedSchema(schema), { registry: { long: longAsBigInt() } });
  types.set(schema, known);
  return known.fromBuffer(datum, undefined, true);
}

/** Every event carries its whole schema, and there are only a few different ones. */
const types = new Map<string, avsc.Type>();

/** Without its namespaces, which the writer uses inconsistently: the driver then fails to find a type by its name. */
function parsedSchema(schema: string): avsc.Schema {
  const parsed: unknown = JSON.parse(schema, function (this: unknown, key, value: unknown) {
    return key === "namespace" ? undefined : value;
  });
  return z.custom<avsc.Schema>((value) => typeof value === "object" || typeof value === "string").parse(parsed);
}

/** The driver reads 64-bit integers as numbers, and refuses those that a number would round. */
function longAsBigInt(): avsc.types.LongType {
  return avsc.types.LongType.__with({
    fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
    toBuffer: (value: bigint) => {
      const buffer = Buffer.alloc(8);
      buffer.writeBigInt64LE(value);
      return buffer;
    },
    fromJSON: BigInt,
    toJSON: String,
    isValid: (value: unknown) => typeof value === "bigint",
    compare: (left: bigint, right: bigint) => (left < right ? -1 : left > right ? 1 : 0),
  });
}
