import { usageError } from "#core/errors.ts";
import type { ConnectClient } from "#stages/connect/client.ts";
import type { Configuration } from "#stages/connect/configuration.ts";
import type { KafkaClient } from "#stages/kafka/client.ts";
import { newestStored, nothingStored } from "./offsets-topic.ts";
import { notGiven, type Place } from "./place.ts";

/** The names of a source's positions. */
export interface SourceParts {
  readonly connector: string;
  readonly server: string;
  readonly schemaHistoryTopic: string | undefined;
}

/** The names of a sink's positions. */
export interface SinkParts {
  readonly connector: string;
  readonly topics: readonly string[];
  readonly dataGroup: string;
  readonly coordinatorGroup: string;
  readonly controlTopic: string;
  /** The property of a snapshot that says how far in the control topic its table is. */
  readonly floorProperty: string;
}

export interface Finding {
  readonly place: Place;
  readonly kafka: KafkaClient;
  readonly connect: { readonly source: ConnectClient; readonly sink: ConnectClient } | undefined;
}

/** What the source's configuration says; without a REST interface, its newest record in the offsets topic. */
export async function sourceParts({ place, kafka, connect }: Finding): Promise<SourceParts> {
  const connector = named(place.sourceConnector, "--source");
  if (connect === undefined) {
    const stored = await newestStored(kafka, named(place.offsetsTopic, "--offsets-topic"), connector);
    if (stored === undefined) throw nothingStored(connector, place.offsetsTopic ?? "");
    return { connector, server: stored.server, schemaHistoryTopic: place.schemaHistoryTopic };
  }
  const config = await connect.source.config(connector);
  return {
    connector,
    server: setting(config, connector, "topic.prefix"),
    schemaHistoryTopic: place.schemaHistoryTopic ?? config["schema.history.internal.kafka.topic"],
  };
}

/** What the sink's configuration says; without a REST interface, what its groups have committed. */
export async function sinkParts({ place, kafka, connect }: Finding): Promise<SinkParts> {
  const connector = named(place.sinkConnector, "--sink");
  if (connect === undefined) return partsByGroups(kafka, connector);
  const config = await connect.sink.config(connector);
  const connectGroup = config["iceberg.connect.group-id"] ?? `connect-${connector}`;
  return {
    connector,
    topics: await topicsOf(config, kafka),
    dataGroup: config["consumer.override.group.id"] ?? `connect-${connector}`,
    ...controlled(connectGroup, config["iceberg.control.topic"] ?? "control-iceberg"),
  };
}

function controlled(connectGroup: string, controlTopic: string) {
  return {
    coordinatorGroup: `${connectGroup}-coord`,
    controlTopic,
    floorProperty: `kafka.connect.offsets.${controlTopic}.${connectGroup}`,
  };
}

async function partsByGroups(kafka: KafkaClient, connector: string): Promise<SinkParts> {
  const dataGroup = `connect-${connector}`;
  const data = await kafka.groupOffsets(dataGroup);
  const [controlTopic, ...others] = (await kafka.groupOffsets(`${dataGroup}-coord`)).keys();
  if (controlTopic === undefined || others.length > 0) {
    throw usageError({
      code: "CONTROL_TOPIC_UNKNOWN",
      what: `the control topic of ${connector} can't be told from its groups`,
      expected: `${dataGroup}-coord with an offset on one topic`,
      got: [controlTopic, ...others].join(", ") || "no offset",
      remedy: "check --sink; a sink that has committed nothing yet has no such offset",
    });
  }
  return { connector, topics: [...data.keys()].toSorted(), dataGroup, ...controlled(dataGroup, controlTopic) };
}

async function topicsOf(config: Configuration, kafka: KafkaClient): Promise<readonly string[]> {
  const listed = config["topics"]
    ?.split(",")
    .map((topic) => topic.trim())
    .filter((topic) => topic !== "");
  if (listed !== undefined) return listed.toSorted();
  // Java's pattern has to match a whole name; ours is near enough for names of topics.
  const pattern = new RegExp(`^(?:${config["topics.regex"] ?? "$"})$`);
  return (await kafka.topics())
    .map(({ name }) => name)
    .filter((name) => pattern.test(name))
    .toSorted();
}

function named(value: string | undefined, option: string): string {
  if (value === undefined) throw notGiven(option.slice(2), `${option} NAME`);
  return value;
}

function setting(config: Configuration, connector: string, key: string): string {
  const value = config[key];
  if (value !== undefined) return value;
  throw usageError({
    code: "NOT_A_DEBEZIUM_SOURCE",
    what: `${connector} has no ${key}`,
    got: config["connector.class"],
    remedy: "name Debezium's MySQL connector with --source",
  });
}
