import { environmentError } from "#core/errors.ts";
import { Bytes } from "./bytes.ts";
import { decimalText, doubleText } from "./numbers.ts";
import { hms, packedDatetimeText } from "./times.ts";

/** A JSON value as MySQL prints it: members in the order in which it stores them, which is not that of JavaScript. */
export function jsonText(document: Buffer): string {
  // What a failed conversion under IGNORE leaves; MySQL reads it as null.
  if (document.length === 0) return "null";
  return valueText(document[0] ?? 0, document.subarray(1));
}

const kind = { literal: 4, double: 11, string: 12, opaque: 15 } as const;
const integers: Readonly<Record<number, (at: Buffer) => number | bigint>> = {
  5: (at) => at.readInt16LE(),
  6: (at) => at.readUInt16LE(),
  7: (at) => at.readInt32LE(),
  8: (at) => at.readUInt32LE(),
  9: (at) => at.readBigInt64LE(),
  10: (at) => at.readBigUInt64LE(),
};
const literals = ["null", "true", "false"];

function valueText(type: number, at: Buffer): string {
  if (type <= 3) return containerText(at, { array: type >= 2, wide: type % 2 === 1 });
  const integer = integers[type];
  if (integer !== undefined) return String(integer(at));
  if (type === kind.literal) return literals[at[0] ?? 0] ?? "null";
  if (type === kind.double) return jsonDouble(at.readDoubleLE());
  if (type === kind.string) return quoted(sized(at).toString("utf8"));
  if (type === kind.opaque) return opaqueText(at[0] ?? 0, sized(at.subarray(1)));
  throw environmentError({
    code: "BINLOG_TYPE_UNKNOWN",
    what: "a JSON value in the binlog has a type that this reader does not know",
    got: `type ${type}`,
    remedy: "leave the column's table out of what is captured, or use a MySQL from 8.0 to 9.7",
  });
}

/** An object or an array: a count, the whole size, an entry for each key and value, then what the entries point to. */
function containerText(at: Buffer, { array, wide }: { array: boolean; wide: boolean }): string {
  const word = wide ? 4 : 2;
  const bytes = new Bytes(at);
  const count = bytes.uint(word);
  bytes.skip(word);
  const keys = array ? [] : Array.from({ length: count }, () => keyAt(bytes, at, word));
  const values = Array.from({ length: count }, () => memberAt(bytes, at, word));
  if (array) return `[${values.join(", ")}]`;
  return `{${values.map((value, index) => `${quoted(keys[index] ?? "")}: ${value}`).join(", ")}}`;
}

function keyAt(bytes: Bytes, at: Buffer, word: number): string {
  const from = bytes.uint(word);
  return at.toString("utf8", from, from + bytes.uint(2));
}

/** What fits into an entry lies in it: literals, 16-bit integers, in wide containers also 32-bit ones. */
function memberAt(bytes: Bytes, at: Buffer, word: number): string {
  const type = bytes.u8();
  const entry = bytes.take(word);
  const inline = type === kind.literal || type === 5 || type === 6 || (word === 4 && (type === 7 || type === 8));
  return valueText(type, inline ? entry : at.subarray(entry.readUIntLE(0, word)));
}

/** Its length comes first, seven bits a byte. */
function sized(at: Buffer): Buffer {
  let [length, bytes] = [0, 0];
  for (;;) {
    const byte = at[bytes] ?? 0;
    length += (byte & 0x7f) * 128 ** bytes;
    bytes++;
    if (byte < 0x80) return at.subarray(bytes, bytes + length);
  }
}

/** A double stays one: `1.0` is not `1`. */
function jsonDouble(value: number): string {
  const text = doubleText(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

const opaque = { decimal: 246, time: 11, date: 10, datetime: 12, timestamp: 7 } as const;

/** SQL values inside JSON. */
function opaqueText(type: number, value: Buffer): string {
  if (type === opaque.decimal) {
    return decimalText(new Bytes(value, 2), { precision: value[0] ?? 0, scale: value[1] ?? 0 });
  }
  const isTime = type === opaque.time;
  if (!isTime && type !== opaque.date && type !== opaque.datetime && type !== opaque.timestamp) {
    return quoted(`base64:type${type}:${value.toString("base64")}`);
  }
  const packed = value.readBigInt64LE();
  const absolute = packed < 0n ? -packed : packed;
  const fraction = `.${String(absolute & 0xff_ffffn).padStart(6, "0")}`;
  if (isTime) return quoted(`${packed < 0n ? "-" : ""}${hms(Number(absolute >> 24n))}${fraction}`);
  const text = packedDatetimeText(absolute >> 24n, fraction);
  return quoted(type === opaque.date ? text.slice(0, 10) : text);
}

// biome-ignore format: one escape a line would hide that it is a table
const escapes: Readonly<Record<string, string>> = {
  '"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t",
};

function quoted(text: string): string {
  // oxlint-disable-next-line no-control-regex -- JSON has escapes for exactly these
  const escaped = text.replaceAll(/["\\\u0000-\u001f]/g, (character) => {
    return escapes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return `"${escaped}"`;
}
