import { environmentError } from "#core/errors.ts";
import type { Bytes } from "./bytes.ts";
import type { TextDecoders } from "./charsets.ts";
import { jsonText } from "./json.ts";
import { decimalText, doubleText, floatText } from "./numbers.ts";
import type { MappedColumn } from "./table-map.ts";
import { dateText, datetimeText, timestampText, timeText, yearText } from "./times.ts";
import { mysqlTypes } from "./types.ts";

/** Reads one value that is not NULL. */
export type ReadValue = (bytes: Bytes) => string;

export interface ColumnToRead extends MappedColumn {
  readonly name: string;
  /** The words of an ENUM or SET as text. */
  readonly wordTexts: readonly string[];
}

/** How the values of a column are read: as the text that MySQL itself prints, or bytes as hex digits and BIT as a number. */
export function valueReader(column: ColumnToRead, decoders: TextDecoders): ReadValue {
  const { type, meta } = column;
  const simple = simpleTypes[type];
  if (simple !== undefined) return simple;
  switch (type) {
    case mysqlTypes.decimal:
      return (bytes) => decimalText(bytes, { precision: meta[0], scale: meta[1] });
    case mysqlTypes.bit:
      return (bytes) => BigInt(`0x${bytes.take(meta[0]).toString("hex")}`).toString();
    case mysqlTypes.timestamp:
      return (bytes) => timestampText(bytes, meta[0]);
    case mysqlTypes.datetime:
      return (bytes) => datetimeText(bytes, meta[0]);
    case mysqlTypes.time:
      return (bytes) => timeText(bytes, meta[0]);
    case mysqlTypes.json:
      return (bytes) => jsonText(bytes.take(bytes.uint(meta[0])));
    case mysqlTypes.geometry:
    case mysqlTypes.vector:
      return (bytes) => bytes.take(bytes.uint(meta[0])).toString("hex");
    case mysqlTypes.enum:
      return (bytes) => column.wordTexts[bytes.uint(meta[0]) - 1] ?? "";
    case mysqlTypes.set:
      return (bytes) => setText(bytes.take(meta[0]), column.wordTexts);
    default:
      return integerReader(column) ?? textReader(column, decoders) ?? unknownType(column);
  }
}

const simpleTypes: Readonly<Record<number, ReadValue>> = {
  [mysqlTypes.float]: (bytes) => floatText(bytes.buffer.readFloatLE(bytes.skip(4))),
  [mysqlTypes.double]: (bytes) => doubleText(bytes.buffer.readDoubleLE(bytes.skip(8))),
  [mysqlTypes.date]: dateText,
  [mysqlTypes.year]: yearText,
};

const integerBytes: Readonly<Record<number, number>> = {
  [mysqlTypes.tiny]: 1,
  [mysqlTypes.short]: 2,
  [mysqlTypes.int24]: 3,
  [mysqlTypes.long]: 4,
};

function integerReader({ type, unsigned }: ColumnToRead): ReadValue | undefined {
  if (type === mysqlTypes.longlong) return (bytes) => String(unsigned ? bytes.u64() : bytes.i64());
  const size = integerBytes[type];
  if (size === undefined) return undefined;
  return unsigned ? (bytes) => String(bytes.uint(size)) : (bytes) => String(bytes.int(size));
}

function textReader({ type, meta, collation }: ColumnToRead, decoders: TextDecoders): ReadValue | undefined {
  const { string, varchar, varString, blob } = mysqlTypes;
  if (type !== string && type !== varchar && type !== varString && type !== blob) return undefined;
  const lengthBytes = type === blob ? meta[0] : meta[0] > 255 ? 2 : 1;
  const decode = collation === undefined ? undefined : decoders(collation);
  if (decode !== undefined) return (bytes) => decode(bytes.take(bytes.uint(lengthBytes)));
  // The zeros at the end of a BINARY are not in the binlog.
  const padded = type === string ? meta[0] * 2 : 0;
  return (bytes) => bytes.take(bytes.uint(lengthBytes)).toString("hex").padEnd(padded, "0");
}

function setText(bits: Buffer, words: readonly string[]): string {
  return words.filter((_, at) => ((bits[at >> 3] ?? 0) & (1 << (at & 7))) !== 0).join(",");
}

function unknownType({ name, type }: ColumnToRead): never {
  throw environmentError({
    code: "BINLOG_TYPE_UNKNOWN",
    what: `the binlog has a column ${name} of a type that this reader does not know`,
    got: `type ${type}`,
    remedy: "convert the column (types from before MySQL 5.6.4: ALTER TABLE … FORCE), or leave its table out",
  });
}
