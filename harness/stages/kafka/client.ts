import { once } from "node:events";
import { PassThrough } from "node:stream";
import kafkajs, { type Admin, type Consumer, type EachBatchPayload, type Kafka } from "kafkajs";
import { type Address, hostPort } from "#core/addresses.ts";
import { within } from "#core/deadline.ts";
import { environmentError, messageOf, usageError } from "#core/errors.ts";
import type { KafkaRecord, NewTopic, PartitionOffsets, ReadRange, TopicReader } from "#core/ports.ts";
import { freshRunId } from "#core/random.ts";
import { zstdCodec } from "./zstd.ts";

kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = zstdCodec;

export interface Topic {
  readonly name: string;
  readonly partitions: number;
}

export interface Group {
  readonly state: string;
  readonly members: readonly { readonly memberId: string; readonly clientId: string }[];
}

export interface NewRecord {
  readonly key: string | Buffer | null;
  readonly value: string | Buffer | null;
  readonly partition?: number;
}

export interface GroupMove {
  readonly group: string;
  readonly topic: string;
  readonly offsets: PartitionOffsets;
}

/** What the harness asks of Kafka. Reads may be repeated by the driver; a write is sent once, over a connection of its own. */
export interface KafkaClient extends TopicReader, AsyncDisposable {
  brokers(): Promise<readonly number[]>;
  topics(): Promise<readonly Topic[]>;
  /** Fails when one of them exists: names are never used twice. Returns when each partition has a leader. */
  createTopics(topics: readonly NewTopic[]): Promise<void>;
  deleteTopics(names: readonly string[]): Promise<void>;
  /** The first offset of each partition that is still there. */
  beginOffsets(topic: string): Promise<PartitionOffsets>;
  /** Moves a group that has no members. */
  setGroupOffsets(move: GroupMove): Promise<void>;
  describeGroup(group: string): Promise<Group>;
  deleteGroup(group: string): Promise<void>;
  produce(batch: { topic: string; records: readonly NewRecord[] }): Promise<void>;
}

export async function connectKafka({ bootstrap }: { bootstrap: readonly Address[] }): Promise<KafkaClient> {
  const reading = driver({ bootstrap, retries: 5 });
  const writing = driver({ bootstrap, retries: 0 });
  const admin = reading.admin();
  await asked("answer", () => admin.connect());
  const offsetsOf = async (topic: string, end: "low" | "high"): Promise<PartitionOffsets> => {
    const offsets = await asked(`tell the offsets of ${topic}`, () => admin.fetchTopicOffsets(topic));
    return new Map(offsets.map((entry) => [entry.partition, BigInt(entry[end])]));
  };
  return {
    brokers: async () => (await asked("list its brokers", () => admin.describeCluster())).brokers.map((b) => b.nodeId),
    topics: () => topics(admin),
    createTopics: (wanted) => createTopics(writing, wanted),
    deleteTopics: (names) =>
      written(writing, `delete ${names.join(", ")}`, (admin) => admin.deleteTopics({ topics: [...names] })),
    beginOffsets: (topic) => offsetsOf(topic, "low"),
    endOffsets: (topic) => offsetsOf(topic, "high"),
    groupOffsets: (group) => groupOffsets(admin, group),
    setGroupOffsets: async (move) => {
      refuseMembers(move.group, await describeGroup(admin, move.group));
      await setGroupOffsets(reading, move);
    },
    describeGroup: (group) => describeGroup(admin, group),
    deleteGroup: async (group) => {
      await written(writing, `delete group ${group}`, (admin) => admin.deleteGroups([group]));
    },
    produce: (batch) => produce(writing, batch),
    async *read(range) {
      yield* read(reading, range, await offsetsOf(range.topic, "low"));
    },
    [Symbol.asyncDispose]: () => admin.disconnect(),
  };
}

/** Whether a broker takes requests and is part of its cluster: it answers for its metadata, and names itself there. */
export async function brokerAnswers({ address, broker }: { address: Address; broker: number }): Promise<boolean> {
  const admin = driver({ bootstrap: [address], retries: 0 }).admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    return brokers.some(({ nodeId }) => nodeId === broker);
  } finally {
    await admin.disconnect();
  }
}

function driver({ bootstrap, retries }: { bootstrap: readonly Address[]; retries: number }): Kafka {
  return new kafkajs.Kafka({
    clientId: "floe",
    brokers: bootstrap.map(hostPort),
    retry: { retries, initialRetryTime: 50 },
    // What goes wrong is thrown, and told once, by the caller.
    logLevel: kafkajs.logLevel.NOTHING,
  });
}

async function topics(admin: Admin): Promise<Topic[]> {
  const { topics } = await asked("list its topics", () => admin.fetchTopicMetadata());
  return topics.map(({ name, partitions }) => ({ name, partitions: partitions.length }));
}

async function createTopics(kafka: Kafka, wanted: readonly NewTopic[]): Promise<void> {
  const names = wanted.map(({ name }) => name).join(", ");
  const created = await written(kafka, `create ${names}`, (admin) =>
    admin.createTopics({
      topics: wanted.map(({ name, partitions, replicas, config }) => ({
        topic: name,
        numPartitions: partitions,
        replicationFactor: replicas,
        configEntries: Object.entries(config ?? {}).map(([key, value]) => ({ name: key, value })),
      })),
    }),
  );
  if (created) return;
  throw environmentError({
    code: "TOPIC_EXISTS",
    what: `a topic of this name exists already: one of ${names}`,
    remedy: "take a new run id: a topic made again under an old name loses data silently",
  });
}

async function groupOffsets(admin: Admin, group: string): Promise<ReadonlyMap<string, PartitionOffsets>> {
  const topics = await asked(`tell the offsets of group ${group}`, () => admin.fetchOffsets({ groupId: group }));
  const committed = topics.map(({ topic, partitions }): [string, PartitionOffsets] => [
    topic,
    new Map(partitions.map(({ partition, offset }) => [partition, BigInt(offset)])),
  ]);
  return new Map(committed);
}

async function describeGroup(admin: Admin, group: string): Promise<Group> {
  const { groups } = await asked(`describe group ${group}`, () => admin.describeGroups([group]));
  const members = groups[0]?.members ?? [];
  return {
    state: groups[0]?.state ?? "Dead",
    members: members.map(({ memberId, clientId }) => ({ memberId, clientId })),
  };
}

function refuseMembers(group: string, { state, members }: Group): void {
  if (members.length === 0) return;
  throw usageError({
    code: "GROUP_HAS_MEMBERS",
    what: `the offsets of group ${group} cannot be moved while it has members`,
    got: `${state}, ${members.map(({ clientId }) => clientId).join(", ")}`,
    remedy: "stop the connector first: PUT /connectors/<name>/stop",
  });
}

/**
 * Joins the group, commits, leaves. The driver's own admin.setOffsets does the same and takes five seconds, because it
 * waits for a fetch to come back empty. The driver may repeat it: a commit names absolute offsets, twice is the same.
 */
async function setGroupOffsets(kafka: Kafka, { group, topic, offsets }: GroupMove): Promise<void> {
  const consumer = kafka.consumer({ groupId: group, maxWaitTimeInMs: 50 });
  try {
    await asked(`move group ${group} on ${topic}`, async () => {
      await consumer.connect();
      await consumer.subscribe({ topic });
      await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: async () => {} });
      consumer.pause([{ topic }]);
      await consumer.commitOffsets(
        [...offsets].map(([partition, offset]) => ({ topic, partition, offset: String(offset) })),
      );
    });
  } finally {
    await consumer.disconnect();
  }
}

async function produce(
  kafka: Kafka,
  { topic, records }: { topic: string; records: readonly NewRecord[] },
): Promise<void> {
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await asked("take a producer", () => producer.connect());
  try {
    await asked(`take records for ${topic}`, () => producer.send({ topic, messages: [...records], acks: -1 }));
  } finally {
    await producer.disconnect();
  }
}

/** A write by a connection of its own that tries once: a second try could do it twice. */
async function written<T>(kafka: Kafka, what: string, write: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  try {
    return await asked(what, async () => {
      await admin.connect();
      return write(admin);
    });
  } finally {
    await admin.disconnect();
  }
}

async function asked<T>(what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw environmentError({
      code: "KAFKA_FAILED",
      what: `Kafka did not ${what}`,
      got: [messageOf(error), ...partsOf(error)].join(": "),
      remedy: "look at the broker's log in the run folder",
      cause: error,
    });
  }
}

// kafkajs has an aggregate error of its own, whose message says nothing.
function partsOf(error: unknown): string[] {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors) ? error.errors.map(messageOf) : [];
}

/**
 * Reads a range with a consumer group that lives as long as the read, as kafkajs has no other reader. The end is judged
 * by the consumer's position, not by a record's offset: transaction markers and aborted records use offsets as well, and
 * the driver tells of a batch that held nothing else in END_BATCH_PROCESS alone.
 */
async function* read(kafka: Kafka, range: ReadRange, begins: PartitionOffsets): AsyncGenerator<KafkaRecord> {
  const starts = startsOf(range, begins);
  if (starts.size === 0) return;
  const consumer = kafka.consumer({ groupId: `floe-reader-${freshRunId()}`, maxWaitTimeInMs: 50 });
  const left = new AbortController();
  try {
    await asked(`let ${range.topic} be read`, () => consumer.connect());
    await consumer.subscribe({ topic: range.topic, fromBeginning: true });
    const batches = consume({ consumer, range, starts, signal: left.signal });
    for (;;) {
      const batch = await within({ what: `the next records of ${range.topic}`, ms: 30_000, run: batches.next() });
      if (batch.done) return;
      yield* batch.value;
    }
  } finally {
    left.abort();
    await consumer.disconnect();
  }
}

// Where to begin in each partition that has something to read: what retention took away cannot be awaited.
function startsOf({ from, to }: ReadRange, begins: PartitionOffsets): Map<number, bigint> {
  const starts = new Map<number, bigint>();
  for (const [partition, end] of to) {
    const asked = from.get(partition) ?? 0n;
    const kept = begins.get(partition) ?? 0n;
    const start = asked > kept ? asked : kept;
    if (start < end) starts.set(partition, start);
  }
  return starts;
}

interface Consumption {
  readonly consumer: Consumer;
  readonly range: ReadRange;
  readonly starts: ReadonlyMap<number, bigint>;
  readonly signal: AbortSignal;
}

/**
 * The driver pushes batches, and waits while the reader is behind; each turn of this iterator is one batch. Where the
 * broker or its group coordinator is not ready yet, the driver starts over by itself, at the topic's beginning: what
 * the reader has had already is dropped.
 */
function consume({ consumer, range, starts, signal }: Consumption): AsyncIterator<KafkaRecord[]> {
  const { topic, to } = range;
  const batches = new PassThrough({ objectMode: true, highWaterMark: 2 });
  const next = new Map(starts);
  const isEnded = ([partition, offset]: [number, bigint]) => offset >= (to.get(partition) ?? 0n);
  const isWanted = ({ partition, offset }: KafkaRecord) => {
    const from = next.get(partition);
    return from !== undefined && offset >= from && !isEnded([partition, offset]);
  };
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    const [partition, position] = [payload.partition, BigInt(payload.lastOffset) + 1n];
    if (position > (next.get(partition) ?? position)) next.set(partition, position);
    if ([...next].every(isEnded)) batches.end();
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) batches.destroy(payload.error);
  });
  const eachBatch = async ({ batch }: EachBatchPayload) => {
    const records = recordsOf(batch).filter(isWanted);
    if (records.length > 0 && !batches.write(records)) await once(batches, "drain", { signal });
  };
  consumer
    .run({ autoCommit: false, eachBatch })
    .catch((error: unknown) => batches.destroy(error instanceof Error ? error : undefined));
  const idle = [...to.keys()].filter((partition) => !starts.has(partition));
  if (idle.length > 0) consumer.pause([{ topic, partitions: idle }]);
  for (const [partition, offset] of starts) consumer.seek({ topic, partition, offset: String(offset) });
  return batches[Symbol.asyncIterator]();
}

function recordsOf({ topic, partition, messages }: EachBatchPayload["batch"]): KafkaRecord[] {
  return messages.map(({ offset, timestamp, key, value }) => ({
    topic,
    partition,
    offset: BigInt(offset),
    timestampMs: Number(timestamp),
    key,
    value,
  }));
}
