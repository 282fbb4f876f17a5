import { join } from "node:path";
import { Kafka, logLevel } from "kafkajs";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Address, hostPort } from "#core/addresses.ts";
import { Scope } from "#core/scope.ts";
import { run } from "#process/run.ts";
import { type Links, openLinks } from "#runtime/links.ts";
import type { ProxiedKafkaLink } from "#runtime/proxied-links.ts";
import { connectKafka, type KafkaClient } from "#stages/kafka/client.ts";
import { kafkaPort, kafkaServers } from "#stages/kafka/server.ts";
import { openTestRuntime, type TestRuntime } from "../one-server.ts";

// A real broker, and clients that reach it through the proxy of `sink->kafka` alone: Java's, kafkajs, @platformatic/kafka.
const scope = new Scope("test");
let here: TestRuntime;
let links: Links;
let through: Address;
let direct: KafkaClient;
let proxy: ProxiedKafkaLink;

beforeAll(async () => {
  here = await openTestRuntime();
  links = openLinks({ scope, proxied: new Set(["sink->kafka"]), runtime: here.runtime });
  const own = (port: string): Address => placed.address(port);
  const [spec] = kafkaServers({
    brokers: 1,
    profile: "fast",
    peers: (_broker, port) => own(port),
    links: (_broker, link) => (link === "sink->kafka" ? through : own(kafkaPort(link))),
  });
  if (spec === undefined) throw new Error("one broker was asked for");
  const placed = await here.runtime.place(spec);
  through = await links.link("sink->kafka", { server: placed, port: kafkaPort("sink->kafka") });
  await placed.start();
  direct = await connectKafka({ bootstrap: [own(kafkaPort("harness->kafka"))] });
  proxy = links.proxyOf("sink->kafka");
});
afterEach(() => proxy?.heal());
afterAll(async () => {
  await direct?.[Symbol.asyncDispose]();
  await scope[Symbol.asyncDispose]();
  await here?.[Symbol.asyncDispose]();
});

const topic = (name: string) => ({ name, partitions: 1, replicas: 1 });

async function java(tool: string, args: string): Promise<string> {
  const { stdout } = await run({
    command: join(here.parts.java.home, "bin", "java"),
    args: ["-cp", here.parts.classpaths.kafka.join(":"), `org.apache.kafka.tools.${tool}`, ...args.split(/\s+/)],
    what: tool,
    withinMs: 60_000,
    remedy: "see its output",
  });
  return stdout;
}

/** Kafka's own producer, in transactions of a tenth of a second. */
function produceInTransactions(name: string, records: number): Promise<string> {
  return java(
    "ProducerPerformance",
    `--topic ${name} --num-records ${records} --record-size 300 --throughput 2000 --transactional-id tx-${name} --transaction-duration-ms 100 --command-property bootstrap.servers=${hostPort(through)} linger.ms=5`,
  );
}

async function committed(name: string): Promise<number> {
  const to = await direct.endOffsets(name);
  return (await Array.fromAsync(direct.read({ topic: name, from: new Map(), to }))).length;
}

test.each([
  ["EndTxn", "NOT_COORDINATOR"],
  ["InitProducerId", "COORDINATOR_LOAD_IN_PROGRESS"],
  ["FindCoordinator", "COORDINATOR_NOT_AVAILABLE"],
  ["Produce", "NOT_ENOUGH_REPLICAS"],
  ["Metadata", "LEADER_NOT_AVAILABLE"],
] as const)(
  "Java's producer reads %s answered with %s, tries again, and brings every record once",
  async (api, error) => {
    const name = `told-${api}`;
    await direct.createTopics([topic(name)]);
    const rule = proxy.rule({ api, error, times: 1 });
    await produceInTransactions(name, 500);

    expect([rule.struck(), rule.missed()]).toEqual([1, []]);
    expect(await committed(name)).toBe(500);
  },
);

test("what Kafka 4's own producer leaves out (KIP-890), an older client still asks: AddPartitionsToTxn", async () => {
  await direct.createTopics([topic("added")]);
  const rule = proxy.rule({ api: "AddPartitionsToTxn", error: "CONCURRENT_TRANSACTIONS", times: 1, topic: "added" });
  await produceInTransactions("added", 100);
  expect(rule.matched()).toBe(0);
  const kafka = new Kafka({ brokers: [hostPort(through)], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ transactionalId: "added", idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const transaction = await producer.transaction();
  await transaction.send({ topic: "added", messages: [{ value: "v" }] });
  await transaction.commit();
  expect([rule.struck(), rule.missed()]).toEqual([1, []]);
  await producer.disconnect();
});

test("an error told after the broker has done it: the transaction is ended again, and the records are there once", async () => {
  await direct.createTopics([topic("told-after")]);
  const rule = proxy.rule({ api: "EndTxn", error: "COORDINATOR_NOT_AVAILABLE", times: 1, after: true });
  await produceInTransactions("told-after", 500);

  expect(rule.struck()).toBe(1);
  expect(await committed("told-after")).toBe(500);
});

test("Java's consumer group goes on after errors in every step of its life", async () => {
  await direct.createTopics([topic("grouped")]);
  await direct.produce({
    topic: "grouped",
    records: Array.from({ length: 50 }, (_, at) => ({ key: `k${at}`, value: "v", partition: 0 })),
  });
  const rules = [
    proxy.rule({ api: "JoinGroup", error: "COORDINATOR_LOAD_IN_PROGRESS", times: 1 }),
    proxy.rule({ api: "SyncGroup", error: "REBALANCE_IN_PROGRESS", times: 1 }),
    proxy.rule({ api: "Fetch", error: "NOT_LEADER_OR_FOLLOWER", times: 1, topic: "grouped" }),
    proxy.rule({ api: "OffsetFetch", error: "COORDINATOR_LOAD_IN_PROGRESS", times: 1 }),
    proxy.rule({ api: "OffsetCommit", error: "COORDINATOR_LOAD_IN_PROGRESS", times: 1 }),
  ];
  const told = await java(
    "ConsumerPerformance",
    `--bootstrap-server ${hostPort(through)} --topic grouped --num-records 50 --group g1 --timeout 20000`,
  );

  expect(told).toMatch(/, 50, /);
  expect(rules.map((rule) => [rule.struck(), rule.missed()])).toEqual(rules.map(() => [1, []]));
});

test("a held Produce arrives when it is let go, and other connections go on meanwhile", async () => {
  await direct.createTopics([topic("held")]);
  const client = await connectKafka({ bootstrap: [through] });
  await using _ = client;
  const hold = proxy.hold({ api: "Produce", topic: "held" });
  const producing = client.produce({ topic: "held", records: [{ key: "k", value: "v", partition: 0 }] });
  expect(await hold.held).toBe(true);
  const other = await connectKafka({ bootstrap: [through] });
  await using __ = other;

  expect((await other.endOffsets("held")).get(0)).toBe(0n);
  hold.release();
  await producing;
  expect((await other.endOffsets("held")).get(0)).toBe(1n);
});

test("a held EndTxn answer: the broker has committed, the producer does not know yet", async () => {
  await direct.createTopics([topic("held-commit")]);
  const kafka = new Kafka({ brokers: [hostPort(through)], clientId: "held", logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ transactionalId: "held-commit", idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const hold = proxy.hold({ api: "EndTxn", clientId: /^held$/, after: true });
  const transaction = await producer.transaction();
  await transaction.send({ topic: "held-commit", messages: [{ value: "v" }] });
  let heard = false;
  const committing = transaction.commit().then(() => (heard = true));
  expect(await hold.held).toBe(true);

  await expect.poll(() => committed("held-commit")).toBe(1);
  expect(heard).toBe(false);
  hold.release();
  await committing;
  await producer.disconnect();
});

test("what was read through the proxy is what was written, through every codec's frames", async () => {
  await direct.createTopics([topic("large")]);
  await java(
    "ProducerPerformance",
    `--topic large --num-records 20000 --record-size 1000 --throughput -1 --command-property bootstrap.servers=${hostPort(through)} compression.type=zstd batch.size=500000`,
  );
  await using client = await connectKafka({ bootstrap: [through] });
  const to = await client.endOffsets("large");
  const [viaProxy, straight] = await Promise.all(
    [client, direct].map((each) => Array.fromAsync(each.read({ topic: "large", from: new Map(), to }))),
  );

  expect(viaProxy?.length).toBe(20_000);
  expect(viaProxy?.map(({ value }) => value)).toEqual(straight?.map(({ value }) => value));
  expect(proxy.requests("Fetch")).toBeGreaterThan(0);
});
