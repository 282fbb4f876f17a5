// Kafka: brokers in KRaft's combined mode, each its own controller's host, with one listener for each Kafka link.
// It guarantees that a record acknowledged with acks=all is read again, and that a transaction is seen whole or not.
// It does not guarantee a replica where there is one broker, and offsets are no row counts: transaction markers use some.
// Broken by kill, pause, restart of a broker, by cutting a link's listener, by moving group offsets, by deleting topics.
// Evidence: `logs/kafka-N.log` in the run folder; the topics themselves, read by client.ts.
import { type Address, hostPort, type KafkaLink, kafkaLinks } from "#core/addresses.ts";
import type { Profile } from "#core/pipeline-spec.ts";
import type { Launch, Place, PreparedData, ServerSpec } from "#runtime/port.ts";
import { brokerAnswers } from "./client.ts";
import { brokerSettings, javaOptions, logFiles, propertiesText, type Settings } from "./settings.ts";

export interface KafkaServersOptions {
  readonly brokers: 1 | 3;
  readonly profile: Profile;
  /** Where brokers and controllers reach each other: ports `controller` and `broker`. Called when a broker is launched. */
  readonly peers: (broker: number, port: "controller" | "broker") => Address;
  /** What a broker advertises on a link's listener: a proxy's address, if one stands there. Called at launch. */
  readonly links: (broker: number, link: KafkaLink) => Address;
}

/** The brokers `kafka-1` … `kafka-n`, as data. Place all of them before the first is started. */
export function kafkaServers(options: KafkaServersOptions): ServerSpec[] {
  return brokerIds(options.brokers).map((broker) => ({
    name: `kafka-${broker}`,
    part: "kafka",
    ports: ["controller", ...dataPorts],
    launch: (place) => launchBroker({ ...options, broker, place }),
    prepared: formatted(broker),
    ready: (address) => brokerAnswers({ address: address(kafkaPort("harness->kafka")), broker }),
    readyWithinMs: 30_000,
  }));
}

/** The name of the port that serves a link. */
export function kafkaPort(link: KafkaLink): string {
  return link.slice(0, link.indexOf("-"));
}

// Brokers talk among themselves on `broker`, so that a broken link is broken for its client alone.
const dataPorts = ["broker", ...kafkaLinks.map(kafkaPort)];

function brokerIds(brokers: 1 | 3): number[] {
  return brokers === 1 ? [1] : [1, 2, 3];
}

function launchBroker({ broker, place, ...options }: KafkaServersOptions & { broker: number; place: Place }): Launch {
  const listening = (port: string) =>
    `${port.toUpperCase()}://${hostPort({ host: place.bindHost, port: place.port(port) })}`;
  const settings = {
    ...identity(broker),
    "controller.quorum.voters": brokerIds(options.brokers)
      .map((id) => `${id}@${hostPort(options.peers(id, "controller"))}`)
      .join(","),
    listeners: ["controller", ...dataPorts].map(listening).join(","),
    "advertised.listeners": [
      `BROKER://${hostPort(options.peers(broker, "broker"))}`,
      ...kafkaLinks.map((link) => `${kafkaPort(link).toUpperCase()}://${hostPort(options.links(broker, link))}`),
    ].join(","),
    "inter.broker.listener.name": "BROKER",
    "log.dirs": logDir(place),
    ...brokerSettings(options),
  };
  return {
    program: {
      kind: "java",
      classpath: "kafka",
      mainClass: "kafka.Kafka",
      options: javaOptions(options.profile, place),
    },
    args: [place.file("server.properties")],
    files: { "server.properties": propertiesText(settings), ...logFiles },
  };
}

// The format of a log folder depends on nothing but Kafka's version and the node: made once, then copied.
function formatted(broker: number): PreparedData {
  return {
    key: `kraft-node-${broker}`,
    make: (place) => {
      const settings = {
        ...identity(broker),
        "controller.quorum.voters": `${broker}@127.0.0.1:1`,
        listeners: "CONTROLLER://127.0.0.1:1,BROKER://127.0.0.1:2",
        "inter.broker.listener.name": "BROKER",
        "log.dirs": logDir(place),
      };
      return {
        program: { kind: "java", classpath: "kafka", mainClass: "kafka.tools.StorageTool", options: ["-Xmx256m"] },
        args: ["format", "--cluster-id", clusterId, "--config", place.file("format.properties")],
        files: { "format.properties": propertiesText(settings) },
      };
    },
    forget: [],
  };
}

// All stacks share it: it guards a log folder against the wrong cluster, and no folder is ever shared.
const clusterId = "RmxvZUZsb2VGbG9lRmxvZQ";

function identity(broker: number): Settings {
  return {
    "process.roles": "broker,controller",
    "node.id": broker,
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": ["controller", ...dataPorts]
      .map((port) => `${port.toUpperCase()}:PLAINTEXT`)
      .join(","),
  };
}

function logDir(place: Place): string {
  return `${place.dataDir}/log`;
}
