import * as platformatic from "@platformatic/kafka";
import { describe, expect, test } from "vitest";
import {
  errorAnswer,
  type RequestFrame,
  readRequest,
  readResponse,
  spoiled,
  topicsIn,
  writeResponse,
} from "#runtime/proxy/kafka/answers.ts";
import type { Struct, Value } from "#runtime/proxy/kafka/codec.ts";
import { headOf } from "#runtime/proxy/kafka/frames.ts";
import { type KafkaApi, kafkaApis, layoutOf } from "#runtime/proxy/kafka/layouts.ts";
import { requestFrame } from "./requests.ts";

const notCoordinator = 16;
const versions = Array.from({ length: 20 }, (_, version) => version);
const laidOut = kafkaApis.flatMap((api) =>
  versions.filter((version) => layoutOf(api).versions.has(version)).map((version) => [api, version] as const),
);

/** What a client asks for, in every API's own words; each version takes what it knows of it. */
const topic = { Name: "salaries", Topic: "salaries", TopicId: "00112233445566778899aabbccddeeff" };
const partition = { Index: 3, Partition: 3, PartitionIndex: 3, Records: Buffer.from("rows") };
const asked: Struct = {
  TransactionalId: "tx",
  V3AndBelowTransactionalId: "tx",
  GroupId: "group",
  MemberId: "member",
  Acks: -1,
  Topics: [{ ...topic, Partitions: [partition], PartitionIndexes: [3] }],
  TopicData: [{ ...topic, PartitionData: [partition] }],
  V3AndBelowTopics: [{ ...topic, Partitions: [3] }],
  Transactions: [{ TransactionalId: "tx", Topics: [{ ...topic, Partitions: [3] }] }],
  CoordinatorKeys: ["group"],
  Groups: [{ GroupId: "group", MemberId: null, Topics: [{ ...topic, PartitionIndexes: [3] }] }],
  Members: [{ MemberId: "member" }],
};

function frameOf(api: KafkaApi, version: number): RequestFrame {
  const { frame } = headOf(requestFrame({ api, version, correlationId: 77, clientId: "me", body: asked }));
  if (frame === undefined) throw new Error(`${api} ${version} was not read`);
  return frame;
}

describe("an answer that fails what was asked for", () => {
  test.each(laidOut)("%s version %i is read again as it was written, to the last byte", (api, version) => {
    const request = frameOf(api, version);
    const body = readRequest(request);
    const answer = writeResponse(request, errorAnswer(request, body, notCoordinator));
    const told = readResponse(request, answer);

    expect(answer.readInt32BE(0)).toBe(answer.length - 4);
    expect(answer.readInt32BE(4)).toBe(77);
    expect(codesIn(told)).toContain(notCoordinator);
    expect(writeResponse(request, told)).toEqual(answer);
  });

  test.each(laidOut.filter(([api, version]) => parserOf(api, version) !== undefined))(
    "%s version %i says so to a client that others wrote",
    (api, version) => {
      const request = frameOf(api, version);
      const frame = writeResponse(request, errorAnswer(request, readRequest(request), notCoordinator));
      const tags = layoutOf(api).flexible.has(version) ? 1 : 0;
      const reader = platformatic.Reader.from(frame.subarray(8 + tags));
      const parse = () => parserOf(api, version)?.(77, layoutOf(api).key, version, reader);

      expect(parse).toThrow(expect.objectContaining({ code: "PLT_KFK_RESPONSE" }));
      expect(reader.remaining).toBe(0);
    },
  );

  test("names the topics and partitions that were asked for", () => {
    const produce = frameOf("Produce", 9);
    expect(errorAnswer(produce, readRequest(produce), 6)).toMatchObject({
      Responses: [{ Name: "salaries", PartitionResponses: [{ Index: 3, ErrorCode: 6 }] }],
    });
    const added = frameOf("AddPartitionsToTxn", 3);
    expect(errorAnswer(added, readRequest(added), 51)).toMatchObject({
      ResultsByTopicV3AndBelow: [
        { Name: "salaries", ResultsByPartition: [{ PartitionIndex: 3, PartitionErrorCode: 51 }] },
      ],
    });
    const found = frameOf("FindCoordinator", 4);
    expect(errorAnswer(found, readRequest(found), 15)).toMatchObject({
      Coordinators: [{ Key: "group", ErrorCode: 15 }],
    });
  });

  test("fails a fetch by partition, and by its session only where the error is about that", () => {
    const fetch = frameOf("Fetch", 13);
    expect(errorAnswer(fetch, readRequest(fetch), 6)).toMatchObject({
      ErrorCode: 0,
      Responses: [{ TopicId: topic.TopicId, Partitions: [{ PartitionIndex: 3, ErrorCode: 6 }] }],
    });
    expect(errorAnswer(fetch, readRequest(fetch), 71)).toEqual({ ErrorCode: 71 });
  });

  test("a broker's own answer is spoiled where it has an error code", () => {
    expect(spoiled({ ErrorCode: 0, Topics: [{ Name: "a", ErrorCode: 0 }], Brokers: [{ NodeId: 1 }] }, 5)).toEqual({
      ErrorCode: 5,
      Topics: [{ Name: "a", ErrorCode: 5 }],
      Brokers: [{ NodeId: 1 }],
    });
  });
});

test.each([
  ["Produce", 9, "salaries"],
  ["Produce", 13, topic.TopicId],
  ["Fetch", 12, "salaries"],
  ["TxnOffsetCommit", 3, "salaries"],
  ["AddPartitionsToTxn", 3, "salaries"],
  ["AddPartitionsToTxn", 4, "salaries"],
] as const)("%s version %i names its topics", (api, version, named) => {
  expect(topicsIn(readRequest(frameOf(api, version)))).toEqual([named]);
});

test("the tags that a layout does not know are passed over", () => {
  const frame = requestFrame({ api: "EndTxn", version: 3, correlationId: 1, clientId: "me", body: asked });
  const withTag = Buffer.concat([frame.subarray(0, -1), Buffer.from([1, 99, 2, 0, 0])]);
  const head = headOf(withTag);
  expect(head.frame && readRequest(head.frame)).toMatchObject({ TransactionalId: "tx" });
});

type Parser = (correlationId: number, key: number, version: number, reader: platformatic.Reader) => unknown;

/** The other library's reader of an answer, where it has one of this version. */
function parserOf(api: KafkaApi, version: number): Parser | undefined {
  const name = `${api.charAt(0).toLowerCase()}${api.slice(1)}V${version}`;
  return (platformatic as unknown as Record<string, { parseResponse?: Parser }>)[name]?.parseResponse;
}

function codesIn(value: Value): Value[] {
  if (Array.isArray(value)) return value.flatMap(codesIn);
  if (typeof value !== "object" || value === null || Buffer.isBuffer(value)) return [];
  return Object.entries(value).flatMap(([name, each]) => (name.endsWith("ErrorCode") ? [each] : codesIn(each)));
}
