import kafkajs, { type Admin, type Kafka } from "kafkajs";
import { type Address, hostPort } from "#core/addresses.ts";
import { deadlineIn, notYet, pause, poll, seen } from "#core/deadline.ts";
import { environmentError, messageOf, usageError } from "#core/errors.ts";
import type { NewTopic, PartitionOffsets, TopicReader } from "#core/ports.ts";
import { openTap, readRange, type TapOptions } from "./reader.ts";
import {
  addPartitions,
  brokerSettings,
  configureTopic,
  cutRecords,
  joinGroup,
  moveGroup,
  type TopicSettings,
  topicSettings,
  transactionalIds,
} from "./surgery.ts";

export interface Topic {
  readonly name: string;
  readonly partitions: number;
  /** Copies of a partition; 0 for one without any. */
  readonly replicas: number;
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
  /** The first offset whose record's time is at or after a time; the end where there is none. */
  offsetsAtTime(topic: string, ms: number): Promise<PartitionOffsets>;
  /** Moves a group that has no members. */
  setGroupOffsets(move: GroupMove): Promise<void>;
  describeGroup(group: string): Promise<Group>;
  /** What producers that use transactions call themselves, by their numbers. */
  transactionalIds(): Promise<ReadonlyMap<bigint, string>>;
  deleteGroup(group: string): Promise<void>;
  produce(batch: { topic: string; records: readonly NewRecord[] }): Promise<void>;
  /** Reads topics as they grow, until it is disposed. */
  tap(options: Omit<TapOptions, "bootstrap">): AsyncDisposable;
  /** Takes part in a group as a member that nobody asked for, until it is disposed. */
  joinGroup(stranger: { group: string; topic: string }): Promise<AsyncDisposable>;
  /** Partitions for a topic that has fewer. */
  addPartitions(change: { topic: string; count: number }): Promise<void>;
  /** A topic's settings, its own and those that it inherits. */
  topicSettings(topic: string): Promise<ReadonlyMap<string, string>>;
  /** One broker's settings, its defaults among them. */
  brokerSettings(broker: number): Promise<ReadonlyMap<string, string>>;
  /** Gives a topic settings of its own, beside those that it has. */
  configureTopic(change: TopicSettings): Promise<void>;
  /** Deletes what lies below an offset of each partition, as retention would. */
  cutRecords(cut: { topic: string; below: PartitionOffsets }): Promise<void>;
}

export async function connectKafka({ bootstrap }: { bootstrap: readonly Address[] }): Promise<KafkaClient> {
  const reading = driver({ bootstrap, retries: 5 });
  const writing = driver({ bootstrap, retries: 0 });
  const admin = reading.admin();
  await asked("answer", () => admin.connect());
  return {
    brokers: async () => (await asked("list its brokers", () => admin.describeCluster())).brokers.map((b) => b.nodeId),
    topics: () => topics(admin),
    createTopics: (wanted) => createTopics({ writing, admin, wanted }),
    deleteTopics: (names) =>
      written(writing, `delete ${names.join(", ")}`, (admin) => admin.deleteTopics({ topics: [...names] })),
    endOffsets: async (topic) => {
      const offsets = await asked(`tell the offsets of ${topic}`, () => admin.fetchTopicOffsets(topic));
      return new Map(offsets.map(({ partition, high }) => [partition, BigInt(high)]));
    },
    beginOffsets: async (topic) => {
      const offsets = await asked(`tell the offsets of ${topic}`, () => admin.fetchTopicOffsets(topic));
      return new Map(offsets.map(({ partition, low }) => [partition, BigInt(low)]));
    },
    offsetsAtTime: async (topic, ms) => {
      const offsets = await asked(`tell the offsets of ${topic} at a time`, () =>
        admin.fetchTopicOffsetsByTimestamp(topic, ms),
      );
      return new Map(offsets.map(({ partition, offset }) => [partition, BigInt(offset)]));
    },
    groupOffsets: (group) => groupOffsets(admin, group),
    setGroupOffsets: async (move) => {
      refuseMembers(move.group, await describeGroup(admin, move.group));
      await asked(`move group ${move.group} on ${move.topic}`, () => moveGroup(bootstrap, move));
    },
    describeGroup: (group) => describeGroup(admin, group),
    transactionalIds: () => asked("list its transactions", () => transactionalIds(bootstrap)),
    deleteGroup: async (group) => {
      await written(writing, `delete group ${group}`, (admin) => admin.deleteGroups([group]));
    },
    produce: (batch) => produce(writing, batch),
    read: (range) => readRange(bootstrap, range),
    tap: (options) => openTap({ ...options, bootstrap }),
    joinGroup: (stranger) => asked(`let a stranger join ${stranger.group}`, () => joinGroup(bootstrap, stranger)),
    addPartitions: async ({ topic, count }) => {
      await asked(`give ${topic} ${count} partitions`, () => addPartitions(bootstrap, { topic, count }));
      await haveLeaders(admin, [{ name: topic, partitions: count }]);
    },
    topicSettings: (topic) => asked(`tell the settings of ${topic}`, () => topicSettings(bootstrap, topic)),
    brokerSettings: (broker) => asked(`tell the settings of broker ${broker}`, () => brokerSettings(bootstrap, broker)),
    configureTopic: async (change) => {
      await asked(`configure ${change.topic}`, () => configureTopic(bootstrap, change));
      await haveSettings(bootstrap, change);
    },
    cutRecords: (cut) => asked(`delete records of ${cut.topic}`, () => cutRecords(bootstrap, cut)),
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
  return topics.map(({ name, partitions }) => {
    const copies = partitions.map(({ replicas }) => replicas.length);
    return { name, partitions: partitions.length, replicas: copies.length === 0 ? 0 : Math.min(...copies) };
  });
}

interface Creating {
  readonly writing: Kafka;
  readonly admin: Admin;
  readonly wanted: readonly NewTopic[];
}

async function createTopics({ writing, admin, wanted }: Creating): Promise<void> {
  const names = wanted.map(({ name }) => name).join(", ");
  const created = await written(writing, `create ${names}`, (once) =>
    once.createTopics({
      // The driver would look for leaders once, as it may write once: too early on a busy broker.
      waitForLeaders: false,
      topics: wanted.map(({ name, partitions, replicas, config }) => ({
        topic: name,
        numPartitions: partitions,
        replicationFactor: replicas,
        configEntries: Object.entries(config ?? {}).map(([key, value]) => ({ name: key, value })),
      })),
    }),
  );
  if (created) return haveLeaders(admin, wanted);
  throw environmentError({
    code: "TOPIC_EXISTS",
    what: `a topic of this name exists already: one of ${names}`,
    remedy: "take a new run id: a topic made again under an old name loses data silently",
  });
}

/**
 * Until each partition has a leader that leads it: a broker tells that it is a partition's leader a moment before it takes
 * records for it. Asks for all topics, as the driver's answer for one that the broker does not know yet is an error.
 */
async function haveLeaders(admin: Admin, wanted: readonly Pick<NewTopic, "name" | "partitions">[]): Promise<void> {
  await poll({
    what: `leaders of ${wanted.map(({ name }) => name).join(", ")}`,
    deadline: deadlineIn(30_000),
    look: async () => {
      const { topics } = await admin.fetchTopicMetadata();
      const known = new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
      const missing = wanted.filter(({ name, partitions }) => known.get(name) !== partitions);
      if (missing.length > 0) return notYet(`none of ${missing.map(({ name }) => name).join(", ")}`);
      try {
        // Only a leader that leads tells offsets.
        await Promise.all(wanted.map(({ name }) => admin.fetchTopicOffsets(name)));
        return seen(undefined);
      } catch (error) {
        return notYet(messageOf(error));
      }
    },
  });
}

/** A broker hears of what its controller has changed a moment later, and tells what it has heard. */
async function haveSettings(bootstrap: readonly Address[], { topic, settings }: TopicSettings): Promise<void> {
  await poll({
    what: `the broker to know the new settings of ${topic}`,
    deadline: deadlineIn(10_000),
    look: async () => {
      const now = await topicSettings(bootstrap, topic);
      const old = Object.entries(settings).filter(([key, value]) => now.get(key) !== value);
      return old.length === 0
        ? seen(undefined)
        : notYet(`old: ${old.map(([key]) => `${key}=${now.get(key)}`).join(", ")}`);
    },
  });
}

async function groupOffsets(admin: Admin, group: string): Promise<ReadonlyMap<string, PartitionOffsets>> {
  const topics = await asked(`tell the offsets of group ${group}`, () =>
    whileItLoads(() => admin.fetchOffsets({ groupId: group })),
  );
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

/** A coordinator that has just come up loads its groups first; the driver's admin does not wait for it. Reads only. */
async function whileItLoads<T>(read: () => Promise<T>): Promise<T> {
  const deadline = deadlineIn(10_000);
  for (;;) {
    try {
      return await read();
    } catch (error) {
      const passing = error instanceof kafkajs.KafkaJSError && error.retriable;
      if (!passing || deadline.remainingMs() === 0) throw error;
      await pause(20);
    }
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
