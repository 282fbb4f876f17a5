import type { Admin } from "@platformatic/kafka";
import { type Address, hostPort } from "#core/addresses.ts";
import type { PartitionOffsets } from "#core/ports.ts";

// What kafkajs cannot do against Kafka 4: its deleteRecords fails, it moves a group by joining it, five seconds long, it
// changes one setting of a topic by resetting all others, and it does not ask for transactions.

/** Deletes what lies below an offset of each partition, as retention would. */
export async function cutRecords(
  bootstrap: readonly Address[],
  { topic, below }: { topic: string; below: PartitionOffsets },
): Promise<void> {
  const partitions = [...below].map(([partition, offset]) => ({ partition, offset }));
  await withAdmin(bootstrap, (admin) => admin.deleteRecords({ topics: [{ name: topic, partitions }] }));
}

/** Gives a topic more partitions than it has; fewer is refused. */
export async function addPartitions(
  bootstrap: readonly Address[],
  { topic, count }: { topic: string; count: number },
): Promise<void> {
  await withAdmin(bootstrap, (admin) => admin.createPartitions({ topics: [{ name: topic, count }] }));
}

export interface TopicSettings {
  readonly topic: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** Kafka's numbers for a topic and a broker as resources, and for setting a value. */
const [topicResource, brokerResource, set] = [2, 4, 0] as const;

export async function configureTopic(bootstrap: readonly Address[], { topic, settings }: TopicSettings): Promise<void> {
  const configs = Object.entries(settings).map(([name, value]) => ({ name, configOperation: set, value }));
  const resources = [{ resourceType: topicResource, resourceName: topic, configs }];
  await withAdmin(bootstrap, (admin) => admin.incrementalAlterConfigs({ resources }));
}

export async function topicSettings(
  bootstrap: readonly Address[],
  topic: string,
): Promise<ReadonlyMap<string, string>> {
  return settingsOf(bootstrap, { resourceType: topicResource, resourceName: topic });
}

export async function brokerSettings(
  bootstrap: readonly Address[],
  broker: number,
): Promise<ReadonlyMap<string, string>> {
  return settingsOf(bootstrap, { resourceType: brokerResource, resourceName: String(broker) });
}

async function settingsOf(
  bootstrap: readonly Address[],
  resource: { readonly resourceType: typeof topicResource | typeof brokerResource; readonly resourceName: string },
): Promise<ReadonlyMap<string, string>> {
  const described = await withAdmin(bootstrap, (admin) => admin.describeConfigs({ resources: [resource] }));
  return new Map(described.flatMap(({ configs }) => configs.map(({ name, value }) => [name, value ?? ""] as const)));
}

/** Moves a group that has no members. The broker refuses one that has. */
export async function moveGroup(
  bootstrap: readonly Address[],
  { group, topic, offsets }: { group: string; topic: string; offsets: PartitionOffsets },
): Promise<void> {
  const partitionOffsets = [...offsets].map(([partition, offset]) => ({ partition, offset }));
  await withAdmin(bootstrap, (admin) =>
    admin.alterConsumerGroupOffsets({ groupId: group, topics: [{ name: topic, partitionOffsets }] }),
  );
}

/** Takes part in a group as a member nobody asked for, until it is disposed: reads what it is given, and commits nothing. */
export async function joinGroup(
  bootstrap: readonly Address[],
  { group, topic }: { group: string; topic: string },
): Promise<AsyncDisposable> {
  const { Consumer } = await import("@platformatic/kafka");
  const consumer = new Consumer({
    clientId: "floe-stranger",
    groupId: group,
    bootstrapBrokers: bootstrap.map(hostPort),
    // Java's first choice: a member that has no protocol in common with the others is turned away.
    protocols: [{ name: "range", version: 1 }],
    sessionTimeout: 10_000,
    heartbeatInterval: 1_000,
  });
  consumer.topics.trackAll(topic);
  await consumer.joinGroup();
  return { [Symbol.asyncDispose]: () => consumer.close(true) };
}

/** What producers that use transactions call themselves, by their numbers. Each broker knows of those that it coordinates. */
export async function transactionalIds(bootstrap: readonly Address[]): Promise<ReadonlyMap<bigint, string>> {
  const lists = await Promise.all(bootstrap.map(transactionsOf));
  return new Map(lists.flat().map(({ producerId, transactionalId }) => [producerId, transactionalId]));
}

async function transactionsOf({ host, port }: Address) {
  const { Connection, listTransactionsV0 } = await import("@platformatic/kafka");
  const connection = new Connection("floe-surgery");
  try {
    await connection.connect(host, port);
    // Of all states and producers: the other filters came with later versions, and the driver's types ask for them all.
    return (await listTransactionsV0.api.async(connection, [], [], -1n, null)).transactionStates;
  } finally {
    await connection.close();
  }
}

/** A write is sent once: whoever asks decides whether to ask again. */
async function withAdmin<T>(bootstrap: readonly Address[], write: (admin: Admin) => Promise<T>): Promise<T> {
  const { Admin } = await import("@platformatic/kafka");
  const admin = new Admin({ clientId: "floe-surgery", bootstrapBrokers: bootstrap.map(hostPort), retries: 0 });
  try {
    return await write(admin);
  } finally {
    await admin.close();
  }
}
