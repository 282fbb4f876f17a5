import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Address, hostPort } from "#core/addresses.ts";
import type { KafkaRecord, ReadRange } from "#core/ports.ts";
import { run } from "#process/run.ts";
import type { FaultContext } from "#run/context.ts";
import { faults } from "#run/faults.ts";
import type { PlacedServer, RunningServer } from "#runtime/port.ts";
import { connectKafka, type KafkaClient } from "#stages/kafka/client.ts";
import { kafkaPort, kafkaServers } from "#stages/kafka/server.ts";
import { openTestRuntime, type TestRuntime } from "../one-server.ts";
import { countingRelay, type Relay } from "./counting-relay.ts";

let here: TestRuntime;
let server: RunningServer;
let client: KafkaClient;
let relay: Relay;

beforeAll(async () => {
  here = await openTestRuntime();
  let placed: PlacedServer | undefined;
  const own = (port: string): Address => placed?.address(port) ?? { host: "127.0.0.1", port: 0 };
  relay = await countingRelay(() => own(kafkaPort("sink->kafka")));
  const [spec] = kafkaServers({
    brokers: 1,
    profile: "fast",
    peers: (_broker, port) => placed?.innerAddress(port) ?? own(port),
    links: (_broker, link) => (link === "sink->kafka" ? relay.address : own(kafkaPort(link))),
  });
  if (spec === undefined) throw new Error("one broker was asked for");
  placed = await here.runtime.place(spec);
  server = await placed.start();
  client = await connectKafka({ bootstrap: [server.address("harness")] });
});
afterAll(async () => {
  await client?.[Symbol.asyncDispose]();
  await here?.[Symbol.asyncDispose]();
  relay?.[Symbol.dispose]();
});

const topic = (name: string, partitions = 1) => ({ name, partitions, replicas: 1 });

async function all(range: ReadRange): Promise<KafkaRecord[]> {
  return Array.fromAsync(client.read(range));
}

/** Kafka's own Java producer, in transactions of a tenth of a second and zstd, as Connect's workers write. */
async function produceInTransactions(name: string, records: number): Promise<void> {
  await run({
    command: join(here.parts.java.home, "bin", "java"),
    args: `-cp ${here.parts.classpaths.kafka.join(":")} org.apache.kafka.tools.ProducerPerformance
      --topic ${name} --num-records ${records} --record-size 300 --throughput 5000
      --transactional-id test-${name} --transaction-duration-ms 100
      --command-property bootstrap.servers=${hostPort(server.address("harness"))} compression.type=zstd linger.ms=5`.split(
      /\s+/,
    ),
    what: "produce in transactions",
    withinMs: 30_000,
    remedy: "see its output",
  });
}

describe("a broker", () => {
  test("names itself, and has no topic that nobody made", async () => {
    expect(await client.brokers()).toEqual([1]);
    expect((await client.topics()).map(({ name }) => name)).not.toContain("never-made");
  });

  test("refuses a topic under a name that is taken", async () => {
    await client.createTopics([topic("taken", 2)]);
    await expect(client.createTopics([topic("taken")])).rejects.toMatchObject({ code: "TOPIC_EXISTS" });
  });

  test("says why it does not make a topic", async () => {
    await expect(client.createTopics([{ ...topic("too-many"), replicas: 9 }])).rejects.toMatchObject({
      code: "KAFKA_FAILED",
      got: expect.stringContaining("Replication-factor"),
    });
  });

  test("gives a topic more partitions and other settings, and leaves its others alone", async () => {
    await client.createTopics([{ ...topic("changing"), config: { "cleanup.policy": "compact" } }]);
    await client.addPartitions({ topic: "changing", count: 3 });
    expect((await client.endOffsets("changing")).size).toBe(3);
    await client.configureTopic({ topic: "changing", settings: { "max.message.bytes": "2000" } });
    const settings = await client.topicSettings("changing");
    expect([settings.get("max.message.bytes"), settings.get("cleanup.policy")]).toEqual(["2000", "compact"]);
    await expect(client.addPartitions({ topic: "changing", count: 2 })).rejects.toMatchObject({ code: "KAFKA_FAILED" });
  });

  test("sends a client of a link to the link's address, whatever port it dialled first", async () => {
    const over = await connectKafka({ bootstrap: [server.address("sink")] });
    const before = relay.connections();
    await over.createTopics([topic("over-the-link")]);
    await over.produce({ topic: "over-the-link", records: [{ key: "k", value: "v" }] });
    await over[Symbol.asyncDispose]();
    expect(relay.connections()).toBeGreaterThan(before);
  });
});

describe("reading a range", () => {
  test("ends where the range ends although transaction markers use offsets, and decodes a Java producer's zstd", async () => {
    await client.createTopics([topic("transactions")]);
    await produceInTransactions("transactions", 2_000);
    const to = await client.endOffsets("transactions");
    const records = await all({ topic: "transactions", from: new Map(), to });
    expect(records).toHaveLength(2_000);
    expect(to.get(0)).toBeGreaterThan(2_001n);
    expect(records.every(({ value }) => value?.length === 300)).toBe(true);
    expect(records.at(-1)?.offset).toBeLessThan((to.get(0) ?? 0n) - 1n);
  });

  test("tells who wrote a record, by a number that the broker knows the name of", async () => {
    const [record] = await all({ topic: "transactions", from: new Map(), to: new Map([[0, 1n]]) });
    const names = await client.transactionalIds();
    expect(names.get(record?.producerId ?? 0n)).toBe("test-transactions");
    await client.createTopics([topic("plain")]);
    await client.produce({ topic: "plain", records: [{ key: null, value: "a" }] });
    const [plain] = await all({ topic: "plain", from: new Map(), to: new Map([[0, 1n]]) });
    expect(plain?.producerId).toBe(-1n);
  });

  test("gives a range of markers alone as no records, at once", async () => {
    const end = (await client.endOffsets("transactions")).get(0) ?? 0n;
    const range = { topic: "transactions", from: new Map([[0, end - 1n]]), to: new Map([[0, end]]) };
    expect(await all(range)).toEqual([]);
  });

  test("takes each partition from its own offset to its own end", async () => {
    await client.createTopics([topic("two", 2)]);
    const records = Array.from({ length: 40 }, (_, at) => ({ key: `k${at}`, value: `v${at}`, partition: at % 2 }));
    await client.produce({ topic: "two", records });
    const range = {
      topic: "two",
      from: new Map([[0, 15n]]),
      to: new Map([
        [0, 18n],
        [1, 3n],
      ]),
    };
    const read = await all(range);
    expect(read.filter(({ partition }) => partition === 0).map(({ offset }) => offset)).toEqual([15n, 16n, 17n]);
    expect(read.filter(({ partition }) => partition === 1).map(({ offset }) => offset)).toEqual([0n, 1n, 2n]);
    expect(read[0]?.value?.toString()).toMatch(/^v\d+$/);
  });

  test("can be left early, and an empty range is not even asked for", async () => {
    const to = await client.endOffsets("two");
    for await (const record of client.read({ topic: "two", from: new Map(), to })) {
      expect(record.topic).toBe("two");
      break;
    }
    expect(await all({ topic: "two", from: to, to })).toEqual([]);
  });
});

describe("a consumer group", () => {
  test("that nobody knows has no offsets", async () => {
    expect(await client.groupOffsets("nobody")).toEqual(new Map());
    expect((await client.describeGroup("nobody")).members).toEqual([]);
  });

  test("is moved, read back and deleted", async () => {
    const offsets = new Map([
      [0, 7n],
      [1, 0n],
    ]);
    await client.setGroupOffsets({ group: "moved", topic: "two", offsets });
    expect(await client.groupOffsets("moved")).toEqual(new Map([["two", offsets]]));
    await client.deleteGroup("moved");
    expect(await client.groupOffsets("moved")).toEqual(new Map());
  });
});

test("a topic is emptied as far as it went, and where told not before the sink's group has read it", async () => {
  const names = { controlTopic: "read-first", coordinatorGroup: "readers" };
  const [name, group] = [names.controlTopic, names.coordinatorGroup];
  await client.createTopics([topic(name)]);
  await client.produce({ topic: name, records: ["a", "b", "c"].map((value) => ({ key: null, value })) });
  const reads = (offset: bigint) => client.setGroupOffsets({ group, topic: name, offsets: new Map([[0, offset]]) });
  await reads(1n);
  const begins: (bigint | undefined)[] = [];
  const kafka = {
    ...client,
    groupOffsets: async (asked: string) => {
      const stored = await client.groupOffsets(asked);
      begins.push((await client.beginOffsets(name)).get(0));
      await reads(3n);
      return stored;
    },
  };
  const context = { clients: { kafka }, pipeline: { spec: { names } } } as unknown as FaultContext;
  const fault = faults.topics.empty({ when: { atMs: 0 }, topic: "control", onceRead: true });
  const injected = await fault.inject(context);
  expect(begins).toEqual([0n, 0n]);
  expect((await client.beginOffsets(name)).get(0)).toBe(3n);
  expect(await injected.proof()).toBe("read-first begins at 0: 3");
});

test("a broker that was killed has its records again", async () => {
  await server.kill();
  await server.restart();
  expect((await client.endOffsets("two")).get(0)).toBe(20n);
});
