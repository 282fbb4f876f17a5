import { zstdDecompressSync } from "node:zlib";
import { environmentError } from "#core/errors.ts";
import { Bytes } from "./bytes.ts";

/** What every event begins with. */
export interface EventHeader {
  readonly type: number;
  readonly seconds: number;
  readonly size: number;
  /** Where the next event begins in the file; 0 for events that the server makes up for this stream. */
  readonly nextPos: number;
}

export const eventTypes = {
  query: 2,
  rotate: 4,
  formatDescription: 15,
  tableMap: 19,
  gtid: 33,
  anonymousGtid: 34,
  transactionPayload: 40,
  taggedGtid: 42,
} as const;

export function readHeader(bytes: Bytes): EventHeader {
  const seconds = bytes.uint(4);
  const type = bytes.u8();
  bytes.skip(4);
  const [size, nextPos] = [bytes.uint(4), bytes.uint(4)];
  bytes.skip(2);
  return { type, seconds, size, nextPos };
}

/** A transaction's GTID, and when it was committed. */
export interface GtidEvent {
  readonly gtid: string | null;
  readonly committedAtMs: number | undefined;
}

export function readGtid(bytes: Bytes, type: number): GtidEvent {
  if (type === eventTypes.taggedGtid) return readTaggedGtid(bytes);
  bytes.skip(1);
  const uuid = uuidText(bytes.take(16));
  const gtid = type === eventTypes.gtid ? `${uuid}:${bytes.u64()}` : null;
  if (gtid === null) bytes.skip(8);
  // A mark, then two counters of what may be applied side by side.
  bytes.skip(17);
  // The highest bit says that another time, of the first server, follows.
  const micros = bytes.left >= 7 ? fiftyFiveBits(bytes) : 0;
  return { gtid, committedAtMs: micros === 0 ? undefined : micros / 1000 };
}

function fiftyFiveBits(bytes: Bytes): number {
  const low = bytes.uint(4);
  return (bytes.uint(3) & 0x7f_ffff) * 2 ** 32 + low;
}

function uuidText(uuid: Buffer): string {
  return uuid.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Since 8.3, for a GTID with a tag: numbered fields in their order, each left out where it has nothing to say. */
function readTaggedGtid(bytes: Bytes): GtidEvent {
  // Version, size, and the last field that must be known.
  for (let left = 3; left > 0; left--) variableInteger(bytes);
  const [uuid, fields] = [Buffer.alloc(16), new Map<number, bigint>()];
  let tag = "";
  while (bytes.left > 0) {
    const field = Number(variableInteger(bytes));
    if (field > taggedField.committedAt) break;
    if (field === taggedField.uuid) for (let at = 0; at < 16; at++) uuid[at] = Number(variableInteger(bytes));
    else if (field === taggedField.tag) tag = bytes.text(Number(variableInteger(bytes)));
    else fields.set(field, variableInteger(bytes));
  }
  // Of a signed number the lowest bit is the sign; here it is never below zero.
  const number = (fields.get(taggedField.number) ?? 0n) >> 1n;
  const micros = fields.get(taggedField.committedAt);
  return {
    gtid: `${uuidText(uuid)}:${tag === "" ? "" : `${tag}:`}${number}`,
    committedAtMs: micros === undefined ? undefined : Number(micros) / 1000,
  };
}

const taggedField = { uuid: 1, number: 2, tag: 3, committedAt: 6 } as const;

/** As many ones as the first byte ends with, so many bytes follow; the rest of the bits is the number. */
function variableInteger(bytes: Bytes): bigint {
  const first = bytes.u8();
  let more = 0;
  while (more < 8 && ((first >> more) & 1) === 1) more++;
  let value = 0n;
  for (let at = 0; at < more; at++) value |= BigInt(bytes.u8()) << BigInt(8 * at);
  return more === 8 ? value : (value << BigInt(7 - more)) | BigInt(first >> (more + 1));
}

/** A statement, and the databases that it touches. */
export interface QueryEvent {
  readonly sql: string;
  /** As far as the server says; undefined where it does not. */
  readonly touched: readonly string[] | undefined;
}

export function readQuery(bytes: Bytes): QueryEvent {
  bytes.skip(8);
  const databaseBytes = bytes.u8();
  bytes.skip(2);
  const touched = touchedDatabases(bytes.part(bytes.uint(2)));
  bytes.skip(databaseBytes + 1);
  return { touched, sql: bytes.text(bytes.left) };
}

/** The session's variables stand by their numbers, each with a length of its own. */
function touchedDatabases(bytes: Bytes): string[] | undefined {
  while (bytes.left > 0) {
    const variable = bytes.u8();
    const fixed = variableBytes[variable];
    if (fixed !== undefined) bytes.skip(fixed);
    else if (variable === 2) bytes.skip(bytes.u8() + 1);
    else if (variable === 5 || variable === 6) bytes.skip(bytes.u8());
    else if (variable === 11) for (let left = 2; left > 0; left--) bytes.skip(bytes.u8());
    else if (variable === 12) return zeroEnded(bytes, bytes.u8());
    else return undefined;
  }
  return undefined;
}

// biome-ignore format: one number a line would hide that it is a table
const variableBytes: Readonly<Record<number, number>> = {
  0: 4, 1: 8, 3: 4, 4: 6, 7: 2, 8: 2, 9: 8, 10: 4, 13: 3, 16: 1, 17: 8, 18: 2, 19: 1, 20: 1,
};

/** More than 16 are not told. */
function zeroEnded(bytes: Bytes, count: number): string[] | undefined {
  if (count > 16) return undefined;
  return Array.from({ length: count }, () => {
    const end = bytes.buffer.indexOf(0, bytes.at);
    const name = bytes.text(end - bytes.at);
    bytes.skip(1);
    return name;
  });
}

/** Where a ROTATE event leads. */
export function readRotate(bytes: Bytes): { readonly file: string; readonly pos: number } {
  const pos = Number(bytes.u64());
  return { pos, file: bytes.text(bytes.left) };
}

/** Whether the file's events end with a checksum: the last byte before the description's own. */
export function hasChecksums(bytes: Bytes): boolean {
  return bytes.buffer[bytes.end - 5] === 1;
}

/** The events of a transaction that was written compressed (`binlog_transaction_compression`). They have no checksums. */
export function* unpackTransaction(bytes: Bytes): Generator<Buffer> {
  let [size, compression] = [0, noCompression];
  for (let field = bytes.lengthCoded(); field !== 0; field = bytes.lengthCoded()) {
    const value = bytes.part(bytes.lengthCoded());
    if (field === 1) size = value.lengthCoded();
    if (field === 2) compression = value.lengthCoded();
  }
  const packed = bytes.take(size);
  const events = compression === noCompression ? packed : zstd(packed, compression);
  for (let at = 0; at < events.length; ) {
    const length = events.readUInt32LE(at + 9);
    yield events.subarray(at, at + length);
    at += length;
  }
}

const noCompression = 255;

function zstd(packed: Buffer, compression: number): Buffer {
  if (compression === 0) return zstdDecompressSync(packed);
  throw environmentError({
    code: "BINLOG_UNREADABLE",
    what: "a transaction in the binlog is compressed in a way that this reader does not know",
    got: `compression ${compression}`,
    remedy: "SET GLOBAL binlog_transaction_compression = OFF",
  });
}
