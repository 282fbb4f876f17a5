import { invariant } from "#core/errors.ts";

/** Reads a part of a buffer from its start to its end. Little-endian, as MySQL's protocol is, unless a name says BE. */
export class Bytes {
  readonly buffer: Buffer;
  readonly end: number;
  at: number;

  constructor(buffer: Buffer, at = 0, end = buffer.length) {
    this.buffer = buffer;
    this.at = at;
    this.end = end;
  }

  get left(): number {
    return this.end - this.at;
  }

  /** Steps over so many bytes, and tells where they began. Nothing is ever read beyond the end. */
  skip(count: number): number {
    const from = this.at;
    this.at += count;
    invariant(this.at <= this.end, `a binlog event is as long as its parts say (${this.at} of ${this.end})`);
    return from;
  }

  u8(): number {
    return this.buffer.readUInt8(this.skip(1));
  }

  uint(bytes: number): number {
    return this.buffer.readUIntLE(this.skip(bytes), bytes);
  }

  uintBE(bytes: number): number {
    return this.buffer.readUIntBE(this.skip(bytes), bytes);
  }

  int(bytes: number): number {
    return this.buffer.readIntLE(this.skip(bytes), bytes);
  }

  u64(): bigint {
    return this.buffer.readBigUInt64LE(this.skip(8));
  }

  i64(): bigint {
    return this.buffer.readBigInt64LE(this.skip(8));
  }

  take(count: number): Buffer {
    const from = this.skip(count);
    return this.buffer.subarray(from, from + count);
  }

  /** The same bytes as a reader of their own. */
  part(count: number): Bytes {
    const from = this.skip(count);
    return new Bytes(this.buffer, from, from + count);
  }

  text(count: number): string {
    const from = this.skip(count);
    return this.buffer.toString("utf8", from, from + count);
  }

  /** The protocol's length-encoded integer. */
  lengthCoded(): number {
    const first = this.u8();
    if (first < 0xfb) return first;
    if (first === 0xfc) return this.uint(2);
    if (first === 0xfd) return this.uint(3);
    return Number(this.u64());
  }
}
