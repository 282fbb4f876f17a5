import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { environmentError } from "#core/errors.ts";
import type { RequestFrame } from "./answers.ts";
import { ByteReader } from "./bytes.ts";
import { apiName, isKafkaApi, layoutOf } from "./layouts.ts";

/** Four times the greatest request that a broker takes by default: what announces more is not Kafka's protocol. */
const frameBytesMax = 4 * 100 * 1024 * 1024;

/** Cuts a stream into Kafka's frames, each with the length in front. Ends with the stream; leaves it open. */
export async function* framesOf(stream: Readable): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of stream.iterator({ destroyOnReturn: false })) {
    pieces.push(piece);
    bytes += piece.length;
    while (bytes >= 4) {
      const [head = Buffer.alloc(0)] = pieces;
      if (head.length < 4) pieces = [Buffer.concat(pieces)];
      const length = 4 + (pieces[0]?.readInt32BE() ?? 0);
      if (length < 8 || length > frameBytesMax) throw notKafka(length);
      if (bytes < length) break;
      const whole = pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
      pieces = [whole.subarray(length)];
      bytes -= length;
      yield whole.subarray(0, length);
    }
  }
}

/** What stands in front of every request. */
export interface RequestHead {
  /** `EndTxn`; `api 68` for one that this proxy does not know. */
  readonly name: string;
  readonly version: number;
  readonly correlationId: number;
  readonly clientId: string;
  /** The request, where its API is one that can be read. */
  readonly frame: RequestFrame | undefined;
}

export function headOf(frame: Buffer): RequestHead {
  const reader = new ByteReader(frame, 4);
  const name = apiName(reader.int16());
  const [version, correlationId] = [reader.int16(), reader.int32()];
  const length = reader.length("int16");
  const clientId = length === undefined ? "" : reader.take(length).toString("utf8");
  const head = { name, version, correlationId, clientId };
  if (!isKafkaApi(name)) return { ...head, frame: undefined };
  if (layoutOf(name).flexible.has(version)) {
    for (let tags = reader.varint(); tags > 0; tags -= 1) {
      reader.varint();
      reader.take(reader.varint());
    }
  }
  return { ...head, frame: { api: name, version, correlationId, frame, bodyAt: reader.at } };
}

/** Writes, and waits for a slow reader. */
export async function write(to: Writable, bytes: Buffer, gone: AbortSignal): Promise<void> {
  if (gone.aborted || to.write(bytes)) return;
  await once(to, "drain", { signal: gone }).catch(() => undefined);
}

function notKafka(length: number): Error {
  return environmentError({
    code: "NOT_KAFKA",
    what: `a connection through a Kafka link's proxy announced a message of ${length - 4} bytes`,
    expected: `4 to ${frameBytesMax} bytes`,
    remedy: "see which client dials this link: it does not speak Kafka's protocol in the clear",
  });
}
