import { z } from "zod";
import type { KafkaRecord } from "#core/ports.ts";

/** What a record says of its table, column by column in their order: `amount` -> `int32`, `note` -> `string not null`. */
export interface RecordSchema {
  /** Of the key; empty for a table without one. */
  readonly key: ReadonlyMap<string, string>;
  /** Of the row. */
  readonly row: ReadonlyMap<string, string>;
}

/** Reads the schemas that JsonConverter writes with `schemas.enable=true`. Undefined for a record without a value: a tombstone. */
export function schemaOf({ key, value }: Pick<KafkaRecord, "key" | "value">): RecordSchema | undefined {
  if (value === null) return undefined;
  const { schema } = schemaAndPayload.parse(JSON.parse(value.toString("utf8")));
  const after = schema.fields.find(({ field }) => field === "after");
  const keySchema = key === null ? undefined : schemaAndPayload.parse(JSON.parse(key.toString("utf8"))).schema;
  return { key: typesOf(keySchema?.fields ?? []), row: typesOf(after?.fields ?? schema.fields) };
}

const fieldSchema = z.object({
  field: z.string(),
  type: z.string(),
  optional: z.boolean().default(false),
  name: z.string().optional(),
  default: z.unknown().optional(),
  parameters: z.record(z.string(), z.string()).default({}),
});
type Field = z.infer<typeof fieldSchema>;

const topField = fieldSchema.extend({ fields: z.array(fieldSchema).optional() });
const schemaAndPayload = z.object({ schema: z.object({ fields: z.array(topField) }) });

function typesOf(fields: readonly Field[]): ReadonlyMap<string, string> {
  return new Map(fields.map((field) => [field.field, typeText(field)]));
}

function typeText({ type, optional, name, parameters, default: byDefault }: Field): string {
  const { scale, "connect.decimal.precision": precision, allowed } = parameters;
  const inside = [precision, scale, allowed].filter((part) => part !== undefined).join(",");
  const logical = name?.split(".").at(-1);
  return [
    logical === undefined ? type : inside === "" ? logical : `${logical}(${inside})`,
    optional ? "" : " not null",
    byDefault === undefined ? "" : ` default ${JSON.stringify(byDefault)}`,
  ].join("");
}
