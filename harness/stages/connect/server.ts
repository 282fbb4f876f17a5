// Kafka Connect: a cluster of one or two distributed workers, which run the source and the sink connector as tasks.
// It guarantees that connectors, their offsets and their states survive the workers: they are in the cluster's topics.
// It does not guarantee that a task runs where its connector is RUNNING, nor that two workers never run the same task.
// Broken by kill, stop, pause and restart of a worker, by cutting `worker->kafka`, by changing a connector under load.
// Evidence: `logs/connect-N.log` in the run folder; the REST API's status and offsets, read by client.ts.
import { type Address, hostPort } from "#core/addresses.ts";
import type { Profile } from "#core/pipeline-spec.ts";
import type { Launch, Place, ServerSpec } from "#runtime/port.ts";
import { type ConfigurationFile, propertiesText } from "./configuration.ts";
import { logFiles } from "./logging.ts";
import { resolveVariables, type Variables } from "./variables.ts";

export interface ConnectServersOptions {
  /** The cluster's name: its group, its internal topics and its workers (`connect-1`) are named by it. */
  readonly cluster: string;
  /** Never used twice on the same Kafka: internal topics of another life would bring its connectors back. */
  readonly runId: string;
  readonly workers: 1 | 2;
  readonly profile: Profile;
  /** connectors/worker.properties, with the profile's file laid over it. */
  readonly properties: ConfigurationFile;
  /** What the stack decides, besides what is the worker's own. Called at launch. */
  readonly variables: () => Variables;
  /** Where the other workers reach this one. Called at launch. */
  readonly advertised: (worker: number) => Address;
  /** Folders that hold one folder for each plugin: a jar that lies there by itself is taken for a plugin of its own. */
  readonly pluginPath: readonly string[];
  /** How the worker finds the classes in them. */
  readonly discovery: PluginDiscovery;
  readonly heapMb?: number;
}

/**
 * `service_load` goes by the files in which newer plugins name their classes; `hybrid_warn` also looks through every jar for
 * those that name none, which takes seconds.
 */
export type PluginDiscovery = "service_load" | "hybrid_warn";

/** The workers `<cluster>-1` …, as data. They may start beside the brokers: a worker waits for Kafka by itself. */
export function connectServers(options: ConnectServersOptions): ServerSpec[] {
  const workers = options.workers === 1 ? [1] : [1, 2];
  return workers.map((worker) => ({
    name: `${options.cluster}-${worker}`,
    part: "connect",
    ports: ["rest"],
    launch: (place) => launchWorker({ ...options, worker, place }),
    ready: (address) => isReady(address("rest")),
    readyWithinMs: 60_000,
  }));
}

function launchWorker({ worker, place, ...options }: ConnectServersOptions & { worker: number; place: Place }): Launch {
  const advertised = options.advertised(worker);
  const settings = resolveVariables(options.properties, {
    ...options.variables(),
    "connect.cluster": `${options.cluster}-${options.runId}`,
    "connect.bind-host": place.bindHost,
    "connect.port": String(place.port("rest")),
    "connect.advertised-host": advertised.host,
    "connect.advertised-port": String(advertised.port),
    "connect.plugin-path": options.pluginPath.join(","),
    "connect.plugin-discovery": options.discovery,
  });
  return {
    program: {
      kind: "java",
      classpath: "kafka",
      // The sink finds the worker's settings by this name on the JVM's command line.
      mainClass: "org.apache.kafka.connect.cli.ConnectDistributed",
      options: javaOptions(options, place),
    },
    args: [place.file("worker.properties")],
    files: { "worker.properties": propertiesText(settings), ...logFiles },
  };
}

/**
 * A worker of a small heap is to be up soon: C1 alone takes a third of the CPU that both compilers take until the first
 * rows are visible. A large heap is asked for where much is to be carried: there the second compiler pays off.
 */
function javaOptions({ profile, heapMb }: ConnectServersOptions, place: Place): string[] {
  const heap = heapMb ?? (profile === "fast" ? 768 : 2048);
  const carriesMuch = profile !== "fast" || heap > 1024;
  return [
    `-Xmx${heap}m`,
    // A young half: what a worker makes lives for one batch.
    `-Xmn${Math.floor(heap / 2)}m`,
    // Room for both plugins' classes from the start: growing there costs three full collections.
    "-XX:MetaspaceSize=160m",
    ...(carriesMuch ? ["-XX:+UseParallelGC"] : ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]),
    // Kafka 4 logs through log4j 2, Kafka 3 through log4j 1; each reads its own property.
    `-Dlog4j2.configurationFile=${place.file("log4j2.properties")}`,
    `-Dlog4j.configuration=file:${place.file("log4j.properties")}`,
  ];
}

/**
 * `GET /health` answers 200 once the herder has read the cluster's topics. Kafka before 3.9 has no such path: there the
 * list of connectors is the first answer that needs the herder.
 */
async function isReady(address: Address): Promise<boolean> {
  const get = (path: string) => fetch(`http://${hostPort(address)}${path}`, { signal: AbortSignal.timeout(2_000) });
  const health = await get("/health");
  await health.body?.cancel();
  if (health.status !== 404) return health.status === 200;
  const connectors = await get("/connectors");
  await connectors.body?.cancel();
  return connectors.status === 200;
}
