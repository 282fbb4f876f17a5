import { environmentError } from "#core/errors.ts";

/** Reads the primitive types of Kafka's protocol from a buffer, in order. Throws `KAFKA_FRAME_SHORT` at its end. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  int8(): number {
    return this.#bytes.readInt8(this.#advance(1));
  }
  int16(): number {
    return this.#bytes.readInt16BE(this.#advance(2));
  }
  int32(): number {
    return this.#bytes.readInt32BE(this.#advance(4));
  }
  int64(): bigint {
    return this.#bytes.readBigInt64BE(this.#advance(8));
  }

  /** An unsigned varint: seven bits a byte, the lowest first. */
  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes.readUInt8(this.#advance(1));
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    return value;
  }

  /** A part of the buffer itself, not a copy. */
  take(length: number): Buffer {
    const from = this.#advance(length);
    return this.#bytes.subarray(from, from + length);
  }

  /** How long what follows is; undefined for null. Compact lengths are varints and one too great: 0 is null. */
  length(width: "int16" | "int32" | "compact"): number | undefined {
    const length = width === "compact" ? this.varint() - 1 : this[width]();
    return length < 0 ? undefined : length;
  }

  #advance(by: number): number {
    const from = this.#at;
    if (from + by > this.#bytes.length) throw tooShort(this.#bytes.length, from + by);
    this.#at += by;
    return from;
  }
}

/** Puts the same types one after the other. */
export class ByteWriter {
  readonly #pieces: Buffer[] = [];

  int8(value: number): void {
    this.#number(1, (bytes) => bytes.writeInt8(value));
  }
  int16(value: number): void {
    this.#number(2, (bytes) => bytes.writeInt16BE(value));
  }
  int32(value: number): void {
    this.#number(4, (bytes) => bytes.writeInt32BE(value));
  }
  int64(value: bigint): void {
    this.#number(8, (bytes) => bytes.writeBigInt64BE(value));
  }

  varint(value: number): void {
    const bytes: number[] = [];
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
    this.put(Buffer.from([...bytes, rest]));
  }

  length(width: "int16" | "int32" | "compact", length: number | undefined): void {
    if (width === "compact") this.varint((length ?? -1) + 1);
    else this[width](length ?? -1);
  }

  put(bytes: Buffer): void {
    this.#pieces.push(bytes);
  }

  bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  #number(length: number, write: (bytes: Buffer) => void): void {
    const bytes = Buffer.alloc(length);
    write(bytes);
    this.put(bytes);
  }
}

function tooShort(length: number, wanted: number): Error {
  return environmentError({
    code: "KAFKA_FRAME_SHORT",
    what: "a message of Kafka's protocol ends before its fields do",
    expected: `${wanted} bytes or more`,
    got: `${length}`,
    remedy:
      "the client speaks a version that harness/runtime/proxy/kafka/messages.json lays out otherwise: make it again",
  });
}
