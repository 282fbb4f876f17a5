import { type Address, hostPort } from "#core/addresses.ts";
import { within } from "#core/deadline.ts";
import { FloeError } from "#core/errors.ts";
import type { Pipeline } from "#lint/pipeline.ts";
import type { Found } from "#lint/rule.ts";
import { isOpaque, type View } from "#lint/view.ts";
import { connectKafka, type KafkaClient } from "#stages/kafka/client.ts";
import { type LiveFile, liveFile } from "./live-files.ts";
import { notTried, tell } from "./tell.ts";
import { type Brokers, missingTopics, readByPattern, singleCopies, unmatchedPattern, type Wanted } from "./topics.ts";

/** What was found on the brokers, and what they say of themselves for lint's rules to judge. */
export interface KafkaLook {
  readonly findings: readonly Found[];
  readonly live: readonly LiveFile[];
  readonly brokers?: {
    readonly topics: ReadonlySet<string>;
    readonly count: number;
    readonly settings: Readonly<Record<string, string>>;
  };
}

export interface KafkaAsked {
  readonly client: KafkaClient;
  readonly connectors: readonly View[];
  readonly wanted: readonly Wanted[];
  readonly pipeline: Pipeline;
}

/** The brokers that a pipeline's files name, and the setting that does. */
export interface Bootstrap {
  readonly view: View;
  readonly key: string;
  readonly addresses: readonly Address[];
}

const keys = [
  "schema.history.internal.kafka.bootstrap.servers",
  "iceberg.kafka.bootstrap.servers",
  "producer.override.bootstrap.servers",
  "consumer.override.bootstrap.servers",
];

/** Where the brokers are, by the connectors or by the worker's file beside them. */
export function bootstrapOf(connectors: readonly View[], worker: View | undefined): Bootstrap | undefined {
  const named = connectors.flatMap((view) => keys.map((key) => ({ view, key, text: view.text(key) })));
  const first = named.find(({ text }) => text !== undefined && text !== "");
  const [anyone] = connectors;
  const text = first?.text ?? worker?.text("bootstrap.servers");
  if (text === undefined || anyone === undefined) return undefined;
  const addresses = text.split(",").flatMap((each) => {
    const [, host, port] = /^(?:\w+:\/\/)?(\[[^\]]+\]|[^:\s]+):(\d+)$/.exec(each.trim()) ?? [];
    return host === undefined || port === undefined ? [] : [{ host, port: Number(port) }];
  });
  return addresses.length === 0
    ? undefined
    : { view: first?.view ?? anyone, key: first?.key ?? "connector.class", addresses };
}

/** What stands between us and the brokers, where something does: our client speaks plain text alone. */
export function securedBy(connectors: readonly View[], worker: View | undefined): string | undefined {
  const views = worker === undefined ? connectors : [...connectors, worker];
  const settings = views.flatMap((view) => view.matching(/(^|\.)security\.protocol$/));
  return settings.find(({ value }) => !/^plaintext$/i.test(value.trim()))?.value;
}

/** Connects, or says why it could not. */
export async function reachKafka(
  connectors: readonly View[],
  { worker, given }: { worker: View | undefined; given: readonly Address[] | undefined },
): Promise<{ readonly client?: KafkaClient; readonly findings: readonly Found[] }> {
  const [view] = connectors;
  if (view === undefined) return { findings: [] };
  const found = bootstrapOf(connectors, worker);
  const secured = given === undefined ? securedBy(connectors, worker) : undefined;
  const key = found?.key ?? keys.find((each) => isOpaque(view.get(each)?.value ?? "")) ?? "connector.class";
  const addresses = given ?? found?.addresses;
  const untried = "topics, their settings and their replicas";
  if (addresses === undefined)
    return { findings: notTried({ view, key, told: `${untried}: no file says where the brokers are`, remedy }) };
  if (secured !== undefined) {
    const told = `${untried}: the brokers ask for ${isOpaque(secured) ? "what only the worker knows" : secured}`;
    return { findings: notTried({ view: found?.view ?? view, key, told, remedy }) };
  }
  try {
    const client = await within({ what: "Kafka", ms: 15_000, run: connectKafka({ bootstrap: addresses }) });
    return { client, findings: [] };
  } catch (error) {
    if (!(error instanceof FloeError)) throw error;
    const told = `Kafka at ${addresses.map(hostPort).join(",")}: ${error.got ?? error.message}`;
    return { findings: tell({ rule: "server-unreachable", view: found?.view ?? view, key, told }) };
  }
}

const remedy = "give a listener without TLS and SASL: --kafka HOST:PORT";

/** Asks for the pipeline's topics and how they are kept. Reads alone. */
export async function lookAtKafka({ client, connectors, wanted, pipeline }: KafkaAsked): Promise<KafkaLook> {
  const [ids, topics] = await Promise.all([client.brokers(), client.topics()]);
  const settings = await client.brokerSettings(ids[0] ?? 1);
  const replicas = new Map(topics.map((topic) => [topic.name, topic.replicas]));
  const brokers: Brokers = {
    topics: new Set(replicas.keys()),
    count: ids.length,
    makesTopics: settings.get("auto.create.topics.enable") !== "false",
    defaultReplicas: Number(settings.get("default.replication.factor") ?? "1"),
  };
  const all = [...wanted, ...connectors.flatMap((view) => readByPattern(view, brokers))];
  const there = [...new Map(all.map((each) => [each.name, each])).values()].filter(({ name }) => replicas.has(name));
  const live = await Promise.all(
    there.map(async (topic) => {
      const own = Object.fromEntries(await client.topicSettings(topic.name));
      const found = topics.find(({ name }) => name === topic.name);
      return topicFile(topic, { partitions: found?.partitions ?? 0, replicas: found?.replicas ?? 0, own });
    }),
  );
  return {
    findings: [
      ...missingTopics(wanted, brokers, pipeline),
      ...(pipeline.target === "production" ? singleCopies(there, replicas, brokers) : []),
      ...connectors.flatMap((view) => unmatchedPattern(view, brokers)),
    ],
    live,
    brokers: { topics: brokers.topics, count: brokers.count, settings: picked(settings, asBroker) },
  };
}

const asTopic = ["cleanup.policy", "retention.ms", "retention.bytes", "min.insync.replicas", "max.message.bytes"];
const asBroker = ["auto.create.topics.enable", "default.replication.factor", "message.max.bytes"];

interface Kept {
  readonly partitions: number;
  readonly replicas: number;
  readonly own: Readonly<Record<string, string>>;
}

function topicFile({ name, view, key }: Wanted, { partitions, replicas, own }: Kept): LiveFile {
  const settings = {
    ...picked(new Map(Object.entries(own)), asTopic),
    partitions: String(partitions),
    "replication.factor": String(replicas),
  };
  return liveFile({ label: `topic ${name}`, kind: "topic", name, settings, view, key });
}

function picked(settings: ReadonlyMap<string, string>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (settings.has(name) ? [[name, settings.get(name) ?? ""]] : [])));
}
