import { z } from "zod";
import { environmentError } from "#core/errors.ts";

// 64-bit ids arrive as numbers where they are small and as text where a number would round them.
const id64 = z.union([z.number().int(), z.string().regex(/^-?\d+$/)]).transform(BigInt);

const snapshotSchema = z
  .object({
    "snapshot-id": id64,
    "parent-snapshot-id": id64.nullish(),
    "timestamp-ms": z.number(),
    "manifest-list": z.string().optional(),
    summary: z.record(z.string(), z.string()).default({}),
  })
  .transform((raw) => ({
    id: raw["snapshot-id"],
    parentId: raw["parent-snapshot-id"] ?? undefined,
    timestampMs: raw["timestamp-ms"],
    manifestList: raw["manifest-list"],
    summary: raw.summary,
  }));
export type Snapshot = z.infer<typeof snapshotSchema>;

// A type is a word, or an object that tells of a struct, a list or a map.
const fieldSchema = z.object({ name: z.string(), type: z.unknown(), required: z.boolean().default(false) });

/** A column, its type as Iceberg's specification spells it: `decimal(38,2)`, `struct<id: int>`. */
export interface LakeColumn {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
}

const tableSchema = z
  .object({
    "table-uuid": z.string(),
    location: z.string(),
    "current-snapshot-id": id64.nullish(),
    snapshots: z.array(snapshotSchema).default([]),
    "current-schema-id": z.number().optional(),
    schemas: z.array(z.object({ "schema-id": z.number(), fields: z.array(fieldSchema) })).default([]),
  })
  .transform((raw) => ({
    uuid: raw["table-uuid"],
    location: raw.location,
    // Hadoop catalogs write -1 where there is no snapshot yet.
    currentId: raw["current-snapshot-id"] === -1n ? undefined : (raw["current-snapshot-id"] ?? undefined),
    snapshots: raw.snapshots,
    columns: currentFields(raw).map(columnOf),
    droppedColumns: droppedColumns(raw),
  }));

interface Schemas {
  readonly "current-schema-id"?: number | undefined;
  readonly schemas: readonly { readonly "schema-id": number; readonly fields: readonly Field[] }[];
}
type Field = z.infer<typeof fieldSchema>;

function currentFields(raw: Schemas): readonly Field[] {
  return raw.schemas.find((schema) => schema["schema-id"] === raw["current-schema-id"])?.fields ?? [];
}

const structSchema = z.object({ type: z.literal("struct"), fields: z.array(fieldSchema) });

function columnOf({ name, type, required }: Field): LakeColumn {
  return { name, type: typeText(type), required };
}

function typeText(type: unknown): string {
  if (typeof type === "string") return type;
  const struct = structSchema.safeParse(type).data;
  if (struct === undefined) return JSON.stringify(type);
  return `struct<${struct.fields.map((field) => `${field.name}: ${typeText(field.type)}`).join(", ")}>`;
}

/** Top-level columns that an earlier schema had and the current one has not. */
function droppedColumns(raw: Schemas): readonly string[] {
  const now = new Set(currentFields(raw).map(({ name }) => name));
  const ever = new Set(raw.schemas.flatMap(({ fields }) => fields.map(({ name }) => name)));
  return now.size === 0 ? [] : [...ever].filter((column) => !now.has(column));
}

/** What a table's metadata says of its history, ids in full. */
export type TableMetadata = z.infer<typeof tableSchema>;

export function parseMetadata(table: string, body: unknown): TableMetadata {
  const parsed = tableSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw environmentError({
    code: "TABLE_METADATA",
    what: `the metadata of ${table} is not what Iceberg's specification says`,
    got: z.prettifyError(parsed.error).split("\n").slice(0, 3).join("; "),
    remedy: "check that the address is an Iceberg catalog's, and look at the table's metadata file",
  });
}

/** The table's history from its current snapshot back to the first that is still there. */
export function ancestry({ currentId, snapshots }: TableMetadata): Snapshot[] {
  const byId = new Map(snapshots.map((snapshot) => [snapshot.id, snapshot]));
  const line: Snapshot[] = [];
  for (let at = currentId; at !== undefined; ) {
    const snapshot = byId.get(at);
    if (snapshot === undefined) break;
    line.push(snapshot);
    at = snapshot.parentId;
  }
  return line;
}

/** JSON with 64-bit integers kept: what a number would round stays text. */
export function parseJson64(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
    typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)
      ? (context?.source ?? value)
      : value,
  );
}
