import { expect, test } from "vitest";
import { type RequestFrame, readResponse, writeResponse } from "#runtime/proxy/kafka/answers.ts";
import { makeKafkaBook } from "#runtime/proxy/kafka/book.ts";
import type { Struct } from "#runtime/proxy/kafka/codec.ts";
import { framesOf, headOf } from "#runtime/proxy/kafka/frames.ts";
import type { KafkaApi } from "#runtime/proxy/kafka/layouts.ts";
import { kafkaRelay } from "#runtime/proxy/kafka/relay.ts";
import { dial, listenWith, proxyThrough, until } from "../loopback.ts";
import { requestFrame } from "./requests.ts";

const salariesId = "00112233445566778899aabbccddeeff";
const noError: Partial<Record<KafkaApi, Struct>> = {
  Metadata: { Topics: [{ Name: "salaries", TopicId: salariesId, ErrorCode: 0, Partitions: [] }] },
};

/** A broker that says yes to everything, behind a proxy that reads what it is asked. */
async function behindProxy() {
  const heard: string[] = [];
  const server = await listenWith((socket) => {
    void (async () => {
      for await (const frame of framesOf(socket)) {
        const head = headOf(frame);
        heard.push(`${head.name} ${head.correlationId}`);
        if (head.frame !== undefined) socket.write(writeResponse(head.frame, noError[head.frame.api] ?? {}));
      }
      socket.end();
    })().catch(() => undefined);
  });
  const book = makeKafkaBook();
  const proxy = await proxyThrough(kafkaRelay({ target: server.address, book }));
  return {
    heard,
    book,
    proxy,
    connect: () => kafkaClient(proxy.address),
    [Symbol.asyncDispose]: async () => {
      await proxy[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function kafkaClient(address: Parameters<typeof dial>[0]) {
  const client = await dial(address);
  const sent = new Map<number, RequestFrame>();
  const answers: { readonly correlationId: number; readonly body: Struct }[] = [];
  void (async () => {
    for await (const frame of framesOf(client.socket)) {
      const request = sent.get(frame.readInt32BE(4));
      if (request !== undefined)
        answers.push({ correlationId: request.correlationId, body: readResponse(request, frame) });
    }
  })().catch(() => undefined);
  let correlationId = 0;
  return {
    ...client,
    answers,
    send: (api: KafkaApi, version: number, body: Struct = {}, clientId = "sink") => {
      correlationId += 1;
      const frame = requestFrame({ api, version, correlationId, clientId, body });
      const head = headOf(frame);
      if (head.frame !== undefined) sent.set(correlationId, head.frame);
      client.socket.write(frame);
    },
    /** The error codes at the top of the answers, in the order in which they came. */
    codes: async (count: number) => {
      await until(() => answers.length === count);
      return answers.map(({ correlationId: id, body }) => `${id}:${JSON.stringify(body.ErrorCode ?? "-")}`).join(" ");
    },
  };
}

test("requests pass, whole frames or crumbs of them, and are counted by name", async () => {
  await using here = await behindProxy();
  const client = await here.connect();
  const frame = requestFrame({ api: "Heartbeat", version: 4, correlationId: 9, clientId: "x", body: {} });
  for (const byte of frame) client.socket.write(Buffer.from([byte]));
  await until(() => here.heard.length === 1);
  client.send("EndTxn", 3);
  client.send("EndTxn", 3);

  expect(await client.codes(2)).toBe("1:0 2:0");
  expect([here.book.requests("EndTxn"), here.book.requests("Heartbeat"), here.book.requests()]).toEqual([2, 1, 3]);
  client.socket.end();
  await client.ended;
  await until(() => here.proxy.counts().open === 0);
});

test("who watches hears of each request that matches when it comes, until they watch no more", async () => {
  await using here = await behindProxy();
  const heard: string[] = [];
  const watch = here.book.watch({ api: "EndTxn", transactionalId: /^worker/ }, () => heard.push("EndTxn"));
  const client = await here.connect();
  for (const TransactionalId of ["coordinator-1", "worker-1"]) client.send("EndTxn", 3, { TransactionalId });
  await client.codes(2);
  watch[Symbol.dispose]();
  client.send("EndTxn", 3, { TransactionalId: "worker-1" });
  await client.codes(3);
  expect(heard).toEqual(["EndTxn"]);
});

test("a chosen request is answered with an error, in its turn, and the broker never hears of it", async () => {
  await using here = await behindProxy();
  const rule = here.book.rule({ api: "EndTxn", error: "NOT_COORDINATOR", nth: 2 });
  const client = await here.connect();
  for (const version of [1, 3, 5]) client.send("EndTxn", version, { TransactionalId: "tx" });

  expect(await client.codes(3)).toBe("1:0 2:16 3:0");
  expect(here.heard).toEqual(["EndTxn 1", "EndTxn 3"]);
  expect([rule.matched(), rule.struck()]).toEqual([3, 1]);
});

test("after: the broker does its work, and the client is told otherwise", async () => {
  await using here = await behindProxy();
  here.book.rule({ api: "TxnOffsetCommit", error: "COORDINATOR_NOT_AVAILABLE", after: true });
  const client = await here.connect();
  const topics = [{ Name: "control", Partitions: [{ PartitionIndex: 0 }] }];
  client.send("TxnOffsetCommit", 3, { Topics: topics });
  await client.codes(1);

  expect(here.heard).toEqual(["TxnOffsetCommit 1"]);
});

test("a client is chosen by its id, a topic by its name, whether the request says name or id", async () => {
  await using here = await behindProxy();
  const byClient = here.book.rule({ api: "Heartbeat", error: "REBALANCE_IN_PROGRESS", clientId: /coord/ });
  const byTopic = here.book.rule({ api: "Produce", error: "NOT_ENOUGH_REPLICAS", topic: "salaries" });
  const client = await here.connect();
  client.send("Heartbeat", 4, {}, "data");
  client.send("Heartbeat", 4, {}, "the-coord-1");
  client.send("Metadata", 12);
  await client.codes(3);
  const produce = { Acks: -1, TopicData: [{ TopicId: salariesId, PartitionData: [{ Index: 0 }] }] };
  client.send("Produce", 13, produce);
  client.send("Produce", 9, { Acks: -1, TopicData: [{ Name: "titles", PartitionData: [{ Index: 0 }] }] });

  expect(await client.codes(5)).toBe('1:0 2:27 3:"-" 4:"-" 5:"-"');
  expect([byClient.struck(), byTopic.struck()]).toEqual([1, 1]);
  expect(client.answers[3]?.body.Responses).toMatchObject([{ PartitionResponses: [{ Index: 0, ErrorCode: 19 }] }]);
});

test("a producer is chosen by its transactional id, wherever the version of the request has it", async () => {
  await using here = await behindProxy();
  const ends = here.book.rule({ api: "EndTxn", error: "NOT_COORDINATOR", transactionalId: /^coord.*-1$/ });
  const adds = here.book.rule({ api: "AddPartitionsToTxn", error: "NOT_COORDINATOR", transactionalId: /-1$/ });
  const client = await here.connect();
  for (const id of ["coord-0", "coord-1", "worker-1"]) client.send("EndTxn", 3, { TransactionalId: id });
  client.send("AddPartitionsToTxn", 3, { V3AndBelowTransactionalId: "worker-1", V3AndBelowTopics: [] });
  client.send("AddPartitionsToTxn", 4, { Transactions: [{ TransactionalId: "worker-1", Topics: [] }] });

  await client.codes(5);
  expect([ends.struck(), adds.struck()]).toEqual([1, 2]);
});

test("a fetch counts for every topic of its session, though it names only what changed", async () => {
  await using here = await behindProxy();
  const client = await here.connect();
  const topics = (name: string) => [{ Topic: name, Partitions: [{ Partition: 0 }] }];
  client.send("Fetch", 12, { SessionId: 0, SessionEpoch: 0, Topics: topics("salaries") });
  client.send("Fetch", 12, { SessionId: 5, SessionEpoch: 1 });
  await client.codes(2);
  const rule = here.book.rule({ api: "Fetch", error: "NOT_LEADER_OR_FOLLOWER", topic: /^sal/ });
  const later = await here.connect();
  later.send("Fetch", 12, { SessionId: 5, SessionEpoch: 2 });
  await later.codes(1);
  expect(later.answers[0]?.body.Responses).toMatchObject([{ Topic: "salaries", Partitions: [{ ErrorCode: 6 }] }]);

  const forgotten = [{ Topic: "salaries", Partitions: [0] }];
  later.send("Fetch", 12, { SessionId: 5, SessionEpoch: 3, ForgottenTopicsData: forgotten });
  await later.codes(2);
  expect(rule.struck()).toBe(1);
});

test("a hold stops a request, and what comes after it on the connection; other connections go on", async () => {
  await using here = await behindProxy();
  const hold = here.book.hold({ api: "EndTxn" });
  const client = await here.connect();
  client.send("Heartbeat", 4);
  client.send("EndTxn", 3);
  client.send("Heartbeat", 4);
  expect(await hold.held).toBe(true);
  const other = await here.connect();
  other.send("EndTxn", 3);

  expect(await other.codes(1)).toBe("1:0");
  expect(await client.codes(1)).toBe("1:0");
  expect(here.heard).toEqual(["Heartbeat 1", "EndTxn 1"]);
  hold.release();
  expect(await client.codes(3)).toBe("1:0 2:0 3:0");
});

test("after: the answer is held, the broker has done its work; a client that goes ends the hold", async () => {
  await using here = await behindProxy();
  const hold = here.book.hold({ api: "Produce", topic: "titles", after: true });
  const client = await here.connect();
  client.send("Produce", 9, { Acks: -1, TopicData: [{ Name: "titles", PartitionData: [{ Index: 0 }] }] });
  expect(await hold.held).toBe(true);

  expect(here.heard).toEqual(["Produce 1"]);
  expect(client.answers).toEqual([]);
  client.socket.destroy();
  await until(() => here.proxy.counts().open === 0);
});

test("a client that goes while its request is held takes the request with it", async () => {
  await using here = await behindProxy();
  const hold = here.book.hold({ api: "EndTxn" });
  const client = await here.connect();
  client.send("EndTxn", 3);
  await hold.held;
  client.socket.destroy();
  await until(() => here.proxy.counts().open === 0);
  hold.release();
  const next = await here.connect();
  next.send("Heartbeat", 4);
  await next.codes(1);
  expect(here.heard).toEqual(["Heartbeat 1"]);
});

test("a request that asks for no answer does not hold up those behind it", async () => {
  await using here = await behindProxy();
  here.book.rule({ api: "Heartbeat", error: "UNKNOWN_MEMBER_ID" });
  const client = await here.connect();
  client.send("Produce", 9, { Acks: 0 });
  client.send("Heartbeat", 4);
  await until(() => client.answers.some(({ correlationId }) => correlationId === 2));
});

test("a version whose layout is unknown passes untouched, and the rule says why it did not strike", async () => {
  await using here = await behindProxy();
  const rule = here.book.rule({ api: "EndTxn", error: "NOT_COORDINATOR" });
  const client = await here.connect();
  client.socket.write(Buffer.from("0000000b001a006300000001000000", "hex"));
  await until(() => here.heard.length === 1);

  expect(rule.struck()).toBe(0);
  expect(rule.missed()).toEqual(["the client speaks EndTxn version 99, whose layout the proxy does not know"]);
});

test("what does not speak Kafka is cut off, and so is a client whose broker is gone", async () => {
  await using here = await behindProxy();
  const client = await dial(here.proxy.address);
  client.socket.write("GET / HTTP/1.1\r\n\r\n");
  expect(await client.broken).toBe("closed");

  const server = await listenWith(() => undefined);
  await using proxy = await proxyThrough(kafkaRelay({ target: server.address, book: makeKafkaBook() }));
  await server[Symbol.asyncDispose]();
  expect(await (await dial(proxy.address)).broken).toBe("closed");
});

test("a rule that nobody could mean is refused when it is set", () => {
  const book = makeKafkaBook();
  const invalid = expect.objectContaining({ code: "RULE_INVALID", blame: "usage" });
  // @ts-expect-error: not an API of Kafka
  expect(() => book.rule({ api: "EndTransaction", error: "NOT_COORDINATOR" })).toThrow(invalid);
  // @ts-expect-error: not an error of Kafka
  expect(() => book.rule({ api: "EndTxn", error: "NOT_MY_DAY" })).toThrow(invalid);
  expect(() => book.rule({ api: "EndTxn", error: "NOT_COORDINATOR", topic: "salaries" })).toThrow(invalid);
  expect(() => book.hold({ api: "Heartbeat", transactionalId: /coord/ })).toThrow(invalid);
  expect(() => book.hold({ api: "EndTxn", nth: 0 })).toThrow(invalid);
});
