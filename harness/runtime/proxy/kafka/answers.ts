import { ByteReader, ByteWriter } from "./bytes.ts";
import { isArray, isStruct, readStruct, type Shape, type Struct, structsOf, type Value, writeStruct } from "./codec.ts";
import type { Field, KafkaApi } from "./layouts.ts";
import { layoutOf } from "./layouts.ts";

/** A request as it came: enough to read its body, and to answer it. */
export interface RequestFrame {
  readonly api: KafkaApi;
  readonly version: number;
  readonly correlationId: number;
  /** The whole frame, its length in front. */
  readonly frame: Buffer;
  /** Where the body begins. */
  readonly bodyAt: number;
}

/** Whether the layout of this version is known. Of any other nothing can be read, and it is not answered. */
export function isLaidOut({ api, version }: Pick<RequestFrame, "api" | "version">): boolean {
  return layoutOf(api).versions.has(version);
}

export function readRequest(request: RequestFrame): Struct {
  return readStruct(new ByteReader(request.frame, request.bodyAt), shapeOf(request, "request"));
}

/** The response's body; `frame` is the whole of it. */
export function readResponse(request: RequestFrame, frame: Buffer): Struct {
  const reader = new ByteReader(frame, 8);
  const shape = shapeOf(request, "response");
  if (shape.flexible) skipTags(reader);
  return readStruct(reader, shape);
}

/** A frame with the response's header, which has tags in flexible versions only. */
export function writeResponse(request: RequestFrame, body: Struct): Buffer {
  const shape = shapeOf(request, "response");
  const writer = new ByteWriter();
  writer.int32(request.correlationId);
  if (shape.flexible) writer.varint(0);
  writeStruct(writer, body, shape);
  const bytes = writer.bytes();
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/**
 * The answer of a broker that fails all that was asked for: every error code there is, at the top and for each topic and
 * partition of the request. A fetch fails by partition, but for errors that are about the fetch session itself.
 */
export function errorAnswer(request: RequestFrame, asked: Struct, code: number): Struct {
  const shape = shapeOf(request, "response");
  if (request.api !== "Fetch") return echo(shape, asked, code);
  return sessionErrors.has(code) ? { ErrorCode: code } : { ...echo(shape, asked, code), ErrorCode: 0, SessionId: 0 };
}

/** The broker's own answer with every error code in it replaced. */
export function spoiled(answer: Struct, code: number): Struct {
  return Object.fromEntries(
    Object.entries(answer).map(([name, value]) => [name, isErrorCode(name) ? code : spoiledValue(value, code)]),
  );
}

function spoiledValue(value: Value, code: number): Value {
  if (isArray(value)) return value.map((item) => spoiledValue(item, code));
  return isStruct(value) ? spoiled(value, code) : value;
}

/** FETCH_SESSION_ID_NOT_FOUND, INVALID_FETCH_SESSION_EPOCH, FETCH_SESSION_TOPIC_ID_ERROR. */
const sessionErrors: ReadonlySet<number> = new Set([70, 71, 106]);

/** Where a response's field has another name than the request's that it answers. */
const askedAs: Readonly<Record<string, readonly string[]>> = {
  Responses: ["TopicData", "Topics"],
  PartitionResponses: ["PartitionData"],
  Partitions: ["PartitionIndexes"],
  PartitionIndex: ["Partition"],
  Coordinators: ["CoordinatorKeys"],
  ResultsByTopicV3AndBelow: ["V3AndBelowTopics"],
  ResultsByPartition: ["Partitions"],
  ResultsByTransaction: ["Transactions"],
  TopicResults: ["Topics"],
};

function echo(shape: Shape, asked: Struct, code: number): Struct {
  const told: Record<string, Value> = {};
  for (const field of shape.fields.filter(
    ({ versions, tagged }) => versions.has(shape.version) && !tagged.has(shape.version),
  )) {
    const value = echoed(field, asked, shape, code);
    if (value !== undefined) told[field.name] = value;
  }
  return told;
}

/** Undefined leaves the field its default. */
function echoed(field: Field, asked: Struct, shape: Shape, code: number): Value | undefined {
  if (isErrorCode(field.name)) return code;
  const source = [field.name, ...(askedAs[field.name] ?? [])]
    .map((name) => asked[name])
    .find((each) => each !== undefined);
  if (field.type !== "[]struct") return isArray(source) ? undefined : source;
  if (!isArray(source)) return undefined;
  const inner = { ...shape, fields: field.fields };
  const [first] = field.fields;
  return source.map((item) => echo(inner, isStruct(item) ? item : { [first?.name ?? ""]: item }, code));
}

function isErrorCode(name: string): boolean {
  return name.endsWith("ErrorCode");
}

function shapeOf({ api, version }: Pick<RequestFrame, "api" | "version">, side: "request" | "response"): Shape {
  const layout = layoutOf(api);
  return { fields: layout[side], version, flexible: layout.flexible.has(version) };
}

function skipTags(reader: ByteReader): void {
  for (let left = reader.varint(); left > 0; left -= 1) {
    reader.varint();
    reader.take(reader.varint());
  }
}

const topicFields: ReadonlySet<string> = new Set(["TopicData", "Topics", "V3AndBelowTopics"]);

/** The names or ids of the topics that a request names, whatever its API calls them. */
export function topicsIn(asked: Struct): string[] {
  return Object.entries(asked).flatMap(([name, value]) => {
    if (name === "Transactions") return structsOf(value).flatMap(topicsIn);
    return topicFields.has(name) ? structsOf(value).flatMap(namesOf) : [];
  });
}

/** The transactional ids that a request names: brokers may ask about several at once. */
export function transactionalIdsIn({ TransactionalId, V3AndBelowTransactionalId, Transactions }: Struct): string[] {
  const own = [TransactionalId, V3AndBelowTransactionalId].filter((id) => typeof id === "string");
  return [...own, ...structsOf(Transactions).flatMap(transactionalIdsIn)];
}

export function namesOf({ Name, Topic, TopicId }: Struct): string[] {
  return [Name, Topic, TopicId].filter((name) => typeof name === "string");
}
