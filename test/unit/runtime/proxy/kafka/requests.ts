import { ByteWriter } from "#runtime/proxy/kafka/bytes.ts";
import { type Struct, writeStruct } from "#runtime/proxy/kafka/codec.ts";
import { type KafkaApi, layoutOf } from "#runtime/proxy/kafka/layouts.ts";

export interface NewRequest {
  readonly api: KafkaApi;
  readonly version: number;
  readonly correlationId: number;
  readonly clientId: string;
  readonly body: Struct;
}

/** A request as a client sends it: the length, the header, the body. */
export function requestFrame({ api, version, correlationId, clientId, body }: NewRequest): Buffer {
  const { key, flexible, request } = layoutOf(api);
  const writer = new ByteWriter();
  writer.int16(key);
  writer.int16(version);
  writer.int32(correlationId);
  writer.length("int16", Buffer.byteLength(clientId));
  writer.put(Buffer.from(clientId));
  if (flexible.has(version)) writer.varint(0);
  writeStruct(writer, body, { fields: request, version, flexible: flexible.has(version) });
  const bytes = writer.bytes();
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
