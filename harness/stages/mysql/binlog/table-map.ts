import type { Bytes } from "./bytes.ts";
import { mysqlTypes } from "./types.ts";

/** A column as a TABLE_MAP event describes it. */
export interface MappedColumn {
  /** MySQL's number of the type, ENUM and SET told apart from CHAR. */
  readonly type: number;
  /** What the type needs: a length, a precision, digits behind the point. */
  readonly meta: readonly [number, number];
  readonly unsigned: boolean;
  /** Undefined where no character set applies. */
  readonly collation: number | undefined;
  /** Undefined unless `binlog_row_metadata` is FULL. */
  readonly name: string | undefined;
  /** The words of an ENUM or SET, in its own character set; undefined as the name is. */
  readonly words: readonly Buffer[] | undefined;
}

export interface TableMap {
  readonly database: string;
  readonly table: string;
  readonly columns: readonly MappedColumn[];
  /** The primary key's columns by number, in the key's order; undefined where the event has no names either. */
  readonly primaryKey: readonly number[] | undefined;
}

/** Parses the body of a TABLE_MAP event, behind the table's id. */
export function parseTableMap(bytes: Bytes): TableMap {
  bytes.skip(2);
  const database = bytes.text(bytes.u8());
  bytes.skip(1);
  const table = bytes.text(bytes.u8());
  bytes.skip(1);
  const count = bytes.lengthCoded();
  const types = bytes.take(count);
  const metadata = bytes.part(bytes.lengthCoded());
  const kinds = Array.from(types, (type) => kindOf(type, metadata));
  bytes.skip(bitmapBytes(count));
  const optional = optionalFields(bytes);
  return {
    database,
    table,
    columns: withOptional(kinds, optional),
    primaryKey: optional.has(field.names) ? primaryKeyOf(optional) : undefined,
  };
}

export function bitmapBytes(count: number): number {
  return (count + 7) >> 3;
}

type Kind = Pick<MappedColumn, "type" | "meta">;

function kindOf(type: number, metadata: Bytes): Kind {
  switch (type) {
    case mysqlTypes.string:
      return stringKind(metadata.u8(), metadata.u8());
    case mysqlTypes.decimal:
      return { type, meta: [metadata.u8(), metadata.u8()] };
    case mysqlTypes.bit: {
      const [odd, whole] = [metadata.u8(), metadata.u8()];
      return { type, meta: [whole + (odd > 0 ? 1 : 0), 0] };
    }
    case mysqlTypes.varchar:
    case mysqlTypes.varString:
      return { type, meta: [metadata.uint(2), 0] };
    case mysqlTypes.float:
    case mysqlTypes.double:
    case mysqlTypes.blob:
    case mysqlTypes.json:
    case mysqlTypes.geometry:
    case mysqlTypes.vector:
    case mysqlTypes.timestamp:
    case mysqlTypes.datetime:
    case mysqlTypes.time:
      return { type, meta: [metadata.u8(), 0] };
    default:
      return { type, meta: [0, 0] };
  }
}

/** CHAR, ENUM and SET share a type; two bits of a CHAR's length are hidden in the byte that says which it is. */
function stringKind(first: number, second: number): Kind {
  if ((first & 0x30) !== 0x30) return { type: first | 0x30, meta: [second | (((first & 0x30) ^ 0x30) << 4), 0] };
  return { type: first, meta: [second, 0] };
}

const field = {
  signedness: 1,
  defaultCharset: 2,
  columnCharset: 3,
  names: 4,
  setWords: 5,
  enumWords: 6,
  primaryKey: 8,
  primaryKeyWithPrefix: 9,
  enumSetDefaultCharset: 10,
  enumSetCharset: 11,
} as const;

type Fields = ReadonlyMap<number, Bytes>;

function optionalFields(bytes: Bytes): Fields {
  const fields = new Map<number, Bytes>();
  while (bytes.left > 0) {
    const type = bytes.u8();
    fields.set(type, bytes.part(bytes.lengthCoded()));
  }
  return fields;
}

function withOptional(kinds: readonly Kind[], fields: Fields): MappedColumn[] {
  const of = (...types: number[]) => kinds.flatMap(({ type }, at) => (types.includes(type) ? [at] : []));
  const unsigned = signedness(fields.get(field.signedness), of(...numeric));
  const collations = new Map([
    ...charsets(fields, of(...character), [field.defaultCharset, field.columnCharset]),
    ...charsets(fields, of(mysqlTypes.enum, mysqlTypes.set), [field.enumSetDefaultCharset, field.enumSetCharset]),
  ]);
  const words = new Map([
    ...wordLists(fields.get(field.setWords), of(mysqlTypes.set)),
    ...wordLists(fields.get(field.enumWords), of(mysqlTypes.enum)),
  ]);
  const names = fields.get(field.names);
  return kinds.map((kind, at) => ({
    ...kind,
    unsigned: unsigned.has(at),
    collation: collations.get(at),
    name: names?.text(names.lengthCoded()),
    words: words.get(at),
  }));
}

const { tiny, short, int24, long, longlong, decimal, float, double, year } = mysqlTypes;
const numeric = [tiny, short, int24, long, longlong, decimal, float, double, year];
/** A VECTOR has a collation, too: the binary one. */
const character = [mysqlTypes.string, mysqlTypes.varString, mysqlTypes.varchar, mysqlTypes.blob, mysqlTypes.vector];

/** A bit for each numeric column, the first one highest. */
function signedness(bits: Bytes | undefined, columns: readonly number[]): ReadonlySet<number> {
  if (bits === undefined) return new Set();
  const flags = bits.take(bits.left);
  return new Set(columns.filter((_, at) => ((flags[at >> 3] ?? 0) & (0x80 >> (at & 7))) !== 0));
}

/** Either one collation for all, and pairs for those that differ, or one for each. */
function charsets(fields: Fields, columns: readonly number[], [all, each]: readonly [number, number]) {
  const found = new Map<number, number>();
  const shared = fields.get(all);
  if (shared !== undefined) {
    const usual = shared.lengthCoded();
    for (const column of columns) found.set(column, usual);
    while (shared.left > 0) found.set(columns[shared.lengthCoded()] ?? -1, shared.lengthCoded());
  }
  const own = fields.get(each);
  for (const column of own === undefined ? [] : columns) found.set(column, own?.lengthCoded() ?? 0);
  return found;
}

function wordLists(bytes: Bytes | undefined, columns: readonly number[]): [number, Buffer[]][] {
  if (bytes === undefined) return [];
  return columns.map((column) => {
    const count = bytes.lengthCoded();
    return [column, Array.from({ length: count }, () => bytes.take(bytes.lengthCoded()))];
  });
}

function primaryKeyOf(fields: Fields): number[] {
  const plain = fields.get(field.primaryKey);
  if (plain !== undefined) return lengthCodedNumbers(plain);
  const withPrefix = fields.get(field.primaryKeyWithPrefix);
  // Each column is followed by the length of its prefix.
  return withPrefix === undefined ? [] : lengthCodedNumbers(withPrefix).filter((_, at) => at % 2 === 0);
}

function lengthCodedNumbers(bytes: Bytes): number[] {
  const numbers: number[] = [];
  while (bytes.left > 0) numbers.push(bytes.lengthCoded());
  return numbers;
}
