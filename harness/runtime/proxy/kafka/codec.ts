import { ByteReader, ByteWriter } from "./bytes.ts";
import type { Field } from "./layouts.ts";

/** A message's fields by the names that Kafka gives them: `ErrorCode`. Those that a version lacks are absent. */
export interface Struct {
  readonly [name: string]: Value;
}
export type Value = null | boolean | number | bigint | string | Buffer | Struct | readonly Value[];

/** Which version of which layout. */
export interface Shape {
  readonly fields: readonly Field[];
  readonly version: number;
  readonly flexible: boolean;
}

/** Reads a struct; tags that the layout does not know are passed over. */
export function readStruct(reader: ByteReader, shape: Shape): Struct {
  const values: Record<string, Value> = {};
  for (const field of plainFields(shape)) values[field.name] = readValue(reader, field, shape);
  if (!shape.flexible) return values;
  for (let left = reader.varint(); left > 0; left -= 1) {
    const tag = reader.varint();
    const bytes = reader.take(reader.varint());
    const field = shape.fields.find((each) => each.tag === tag && each.tagged.has(shape.version));
    if (field !== undefined) values[field.name] = readValue(new ByteReader(bytes), field, shape);
  }
  return values;
}

/** Writes a struct; a field without a value gets the default of its layout. */
export function writeStruct(writer: ByteWriter, values: Struct, shape: Shape): void {
  for (const field of plainFields(shape)) writeValue(writer, field, values[field.name] ?? initial(field, shape), shape);
  if (!shape.flexible) return;
  const tagged = shape.fields.filter(({ name, tagged }) => tagged.has(shape.version) && values[name] !== undefined);
  writer.varint(tagged.length);
  for (const field of tagged.toSorted((one, other) => one.tag - other.tag)) {
    const bytes = new ByteWriter();
    writeValue(bytes, field, values[field.name] ?? null, shape);
    writer.varint(field.tag);
    writer.varint(bytes.bytes().length);
    writer.put(bytes.bytes());
  }
}

/** The structs of an array; none where it is no array of structs. */
export function structsOf(value: Value | undefined): Struct[] {
  return isArray(value) ? value.filter(isStruct) : [];
}

export function isArray(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

export function isStruct(value: Value): value is Struct {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
}

function plainFields({ fields, version }: Shape): Field[] {
  return fields.filter(({ versions, tagged }) => versions.has(version) && !tagged.has(version));
}

function readValue(reader: ByteReader, field: Field, shape: Shape): Value {
  if (field.type.startsWith("[]")) {
    const length = reader.length(shape.flexible ? "compact" : "int32");
    if (length === undefined) return null;
    return Array.from({ length }, () => readOne(reader, field, shape));
  }
  return readOne(reader, field, shape);
}

function readOne(reader: ByteReader, field: Field, shape: Shape): Value {
  const type = field.type.replace("[]", "");
  switch (type) {
    case "bool":
      return reader.int8() !== 0;
    case "int8":
    case "int16":
    case "int32":
    case "int64":
      return reader[type]();
    case "uuid":
      return reader.take(16).toString("hex");
    case "string": {
      const length = reader.length(shape.flexible ? "compact" : "int16");
      return length === undefined ? null : reader.take(length).toString("utf8");
    }
    case "bytes":
    case "records": {
      const length = reader.length(shape.flexible ? "compact" : "int32");
      return length === undefined ? null : reader.take(length);
    }
    default:
      return mayBeNull(field, shape) && reader.int8() < 0
        ? null
        : readStruct(reader, { ...shape, fields: field.fields });
  }
}

function writeValue(writer: ByteWriter, field: Field, value: Value, shape: Shape): void {
  if (!field.type.startsWith("[]")) {
    writeOne(writer, field, value, shape);
    return;
  }
  const items = isArray(value) ? value : undefined;
  writer.length(shape.flexible ? "compact" : "int32", items?.length);
  for (const item of items ?? []) writeOne(writer, field, item, shape);
}

function writeOne(writer: ByteWriter, field: Field, value: Value, shape: Shape): void {
  const type = field.type.replace("[]", "");
  switch (type) {
    case "bool":
      writer.int8(value === true ? 1 : 0);
      return;
    case "int8":
    case "int16":
    case "int32":
      writer[type](Number(value));
      return;
    case "int64":
      writer.int64(typeof value === "bigint" ? value : BigInt(Number(value)));
      return;
    case "uuid":
      writer.put(typeof value === "string" ? Buffer.from(value, "hex") : Buffer.alloc(16));
      return;
    case "string":
    case "bytes":
    case "records": {
      const bytes = typeof value === "string" ? Buffer.from(value) : Buffer.isBuffer(value) ? value : undefined;
      writer.length(shape.flexible ? "compact" : type === "string" ? "int16" : "int32", bytes?.length);
      if (bytes !== undefined) writer.put(bytes);
      return;
    }
    default:
      if (mayBeNull(field, shape)) writer.int8(value === null ? -1 : 1);
      if (value !== null && isStruct(value)) writeStruct(writer, value, { ...shape, fields: field.fields });
  }
}

/** What Kafka's own classes put where nobody has: the layout's default, else zero, or nothing. */
function initial(field: Field, { version }: Shape): Value {
  if (field.default === "null") return null;
  if (field.type.startsWith("[]")) return [];
  switch (field.type) {
    case "bool":
      return field.default === "true";
    case "string":
      return field.default ?? "";
    case "bytes":
      return Buffer.alloc(0);
    case "records":
      return field.nullable.has(version) ? null : Buffer.alloc(0);
    case "uuid":
      return null;
    case "struct":
      return {};
    default:
      return BigInt(field.default ?? 0);
  }
}

/** A struct, not an array's element, has a byte before it that tells whether it is there. */
function mayBeNull(field: Field, { version }: Shape): boolean {
  return field.type === "struct" && field.nullable.has(version);
}
