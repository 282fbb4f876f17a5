import { z } from "zod";
import { type Address, hostPort, kafkaLinks, type LinkName } from "#core/addresses.ts";
import { stopwatch } from "#core/clock.ts";
import { usageError } from "#core/errors.ts";
import type { CatalogType, PositionMode, Profile } from "#core/pipeline-spec.ts";
import { freshRunId, freshSecret } from "#core/random.ts";
import type { Scope } from "#core/scope.ts";
import { type Links, openLinks } from "#runtime/links.ts";
import type { Launch, Place, PlacedServer, RunningServer, Runtime, ServerSpec } from "#runtime/port.ts";
import type { ConfigurationFile } from "#stages/connect/configuration.ts";
import { connectServers, type PluginDiscovery } from "#stages/connect/server.ts";
import { catalogServer } from "#stages/iceberg/server.ts";
import { kafkaPort, kafkaServers } from "#stages/kafka/server.ts";
import { mysqlServer, type ReplicaKind } from "#stages/mysql/server.ts";
import { type ObjectStoreKind, objectStoreServer } from "#stages/object-store/server.ts";

/** Which servers a stack has. */
export interface StackShape {
  readonly brokers: 1 | 3;
  /** Of each Connect cluster. */
  readonly workers: 1 | 2;
  /** `shared`: one Connect cluster, `connect`. `separate`: two, `connect-source` and `connect-sink`. */
  readonly topology: "shared" | "separate";
  readonly catalog: CatalogType;
  /** `mysql-replica`, whose binlog the source reads then, unless it is a standby. */
  readonly replica: ReplicaKind | "none";
}

/** Which servers a stack has, and how they are set. Pipelines that ask for the same can share one. */
export interface StackPlan extends StackShape {
  readonly profile: Profile;
  readonly positions: PositionMode;
  readonly objectStore: ObjectStoreKind;
  /** Memory for a worker's JVM. */
  readonly workerHeapMb: number;
}

/** The passwords and keys of a stack, as they are also written down for the next user of a kept one. */
export const stackSecrets = z.object({
  mysql: z.object({ root: z.string(), harness: z.string(), debezium: z.string(), duckdb: z.string() }),
  s3: z.object({ accessKey: z.string(), secretKey: z.string() }),
});
export type StackSecrets = z.infer<typeof stackSecrets>;

/** Where each link leads: one address, or one for each broker, or for each Connect cluster, the source's first. */
export type LinkAddresses = Readonly<Record<LinkName, readonly Address[]>>;

/** A stack whose addresses are known and whose servers run, or are about to. */
export interface Stack {
  readonly plan: StackPlan;
  readonly secrets: StackSecrets;
  readonly addresses: LinkAddresses;
  /** The REST address of the cluster that runs the sources, and of the one that runs the sinks. */
  readonly connect: { readonly source: Address; readonly sink: Address };
  readonly links: Links;
  readonly names: readonly string[];
  /** So much memory for the objects of a server's JVM, from its next start on; undefined: what it is meant to have. */
  limitHeap(server: string, heapMb: number | undefined): void;
  /** A server once it is ready. */
  up(name: string): Promise<RunningServer>;
  /** All servers, once all are ready. */
  readonly ready: Promise<readonly RunningServer[]>;
}

/** The bucket of every stack, and the folder in it that holds the tables. */
export const bucket = "lake";
export const warehouseFolder = "warehouse";
const warehouse = `s3://${bucket}/${warehouseFolder}`;

export interface StartStackOptions {
  readonly scope: Scope;
  readonly runtime: Runtime;
  readonly plan: StackPlan;
  readonly secrets: StackSecrets;
  readonly proxied: ReadonlySet<LinkName>;
  readonly pluginPath: readonly string[];
  readonly discovery: PluginDiscovery;
  /** connectors/worker.properties, with the profile's file laid over it. */
  readonly worker: ConfigurationFile;
  readonly onReady: (server: string, ms: number) => void;
  /** The servers to start, where not all are needed: the others get an address, and nothing listens there. */
  readonly only?: readonly string[] | undefined;
}

/**
 * Chooses every address first, then starts all servers side by side. Returns while they are starting. On a runtime that
 * is attached to a kept stack, the same calls find the servers that run already.
 */
export async function startStack(options: StartStackOptions): Promise<Stack> {
  const { scope, runtime, plan, proxied, secrets } = options;
  const links = openLinks({ scope, proxied, runtime });
  // What a server is told of others is asked for at its launch, when all of them have their places.
  const place: Placement = { servers: new Map(), addresses: undefined };
  const heapsMb = new Map<string, number | undefined>();
  const specs = describeServers({ ...options, place }).map((spec) => withHeap(spec, heapsMb));
  for (const spec of specs) place.servers.set(spec.name, await runtime.place(spec));
  place.addresses = await layLinks({ links, plan, place });

  const wanted = specs.filter(({ name }) => options.only?.includes(name) !== false);
  const starting = new Map(wanted.map((spec) => [spec.name, startOne(options, placed(place, spec.name))]));
  return {
    plan,
    secrets,
    addresses: place.addresses,
    connect: connectAddresses(place.addresses),
    links,
    names: wanted.map(({ name }) => name),
    limitHeap: (server, heapMb) => void heapsMb.set(server, heapMb),
    up: (name) => starting.get(name) ?? Promise.reject(noSuchServer(name, [...starting.keys()])),
    ready: Promise.all(starting.values()),
  };
}

/**
 * A server whose JVM may be told another size of its heap, whenever it is started. It ends when that does not do, as a container's
 * does: the serial collector would go on for ever, collecting.
 */
function withHeap(spec: ServerSpec, heapsMb: ReadonlyMap<string, number | undefined>): ServerSpec {
  const launch = (place: Place): Launch => {
    const launched = spec.launch(place);
    const heapMb = heapsMb.get(spec.name);
    if (heapMb === undefined || launched.program.kind !== "java") return launched;
    const others = launched.program.options.filter((option) => !/^-Xm[nx]|^-XX:.Use\w*GC$/.test(option));
    const small = [`-Xmx${heapMb}m`, "-XX:+UseParallelGC", "-XX:+ExitOnOutOfMemoryError"];
    return { ...launched, program: { ...launched.program, options: [...others, ...small] } };
  };
  return { ...spec, launch };
}

interface Placement {
  readonly servers: Map<string, PlacedServer>;
  addresses: LinkAddresses | undefined;
}

async function startOne(options: StartStackOptions, server: PlacedServer): Promise<RunningServer> {
  const elapsed = stopwatch();
  const running = await server.start();
  options.onReady(running.name, elapsed());
  return running;
}

export function freshSecrets(): StackSecrets {
  return {
    mysql: { root: freshSecret(), harness: freshSecret(), debezium: freshSecret(), duckdb: freshSecret() },
    s3: { accessKey: freshSecret(), secretKey: freshSecret() },
  };
}

type Describing = StartStackOptions & { readonly place: Placement };

function describeServers(options: Describing): ServerSpec[] {
  const { plan, secrets, place } = options;
  const link = (name: LinkName) => addressesOf(place, name);
  return [
    ...describeMysql(options),
    ...kafkaServers({
      brokers: plan.brokers,
      profile: plan.profile,
      peers: (broker, port) => placed(place, `kafka-${broker}`).innerAddress(port),
      links: (broker, name) => nth(link(name), broker - 1),
    }),
    objectStoreServer({ kind: plan.objectStore, bucket, ...secrets.s3 }),
    ...(plan.catalog === "rest"
      ? [catalogServer({ warehouse, objectStore: () => nth(link("catalog->object-store"), 0), ...secrets.s3 })]
      : []),
    ...describeWorkers(options),
  ];
}

function describeMysql({ plan, secrets, place }: Describing): ServerSpec[] {
  const { positions, profile, replica } = plan;
  const primary = { positions, profile, secrets: secrets.mysql };
  if (replica === "none") return [mysqlServer(primary)];
  const source = () => nth(addressesOf(place, "replica->mysql"), 0);
  return [mysqlServer(primary), mysqlServer({ ...primary, replica: { kind: replica, source } })];
}

function describeWorkers({ plan, place, pluginPath, discovery, worker: properties }: Describing): ServerSpec[] {
  return clusters(plan).flatMap((cluster) =>
    connectServers({
      cluster,
      runId: freshRunId(),
      workers: plan.workers,
      profile: plan.profile,
      properties,
      variables: () => ({
        "kafka.worker": addressesOf(place, "worker->kafka").map(hostPort).join(","),
        "kafka.replication-factor": String(plan.brokers),
      }),
      advertised: (worker) => placed(place, `${cluster}-${worker}`).innerAddress("rest"),
      pluginPath,
      discovery,
      heapMb: plan.workerHeapMb,
    }),
  );
}

/** Its servers, by name. */
export function serverNames(shape: StackShape): string[] {
  return [
    "mysql",
    ...(shape.replica === "none" ? [] : ["mysql-replica"]),
    ...numbered("kafka", shape.brokers),
    "object-store",
    ...(shape.catalog === "rest" ? ["catalog"] : []),
    ...clusters(shape).flatMap((cluster) => numbered(cluster, shape.workers)),
  ];
}

function clusters({ topology }: StackShape): string[] {
  return topology === "shared" ? ["connect"] : ["connect-source", "connect-sink"];
}

function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${name}-${at + 1}`);
}

/** Puts every link's address, a proxy's or the server's own, on record. */
async function layLinks({
  links,
  plan,
  place,
}: {
  links: Links;
  plan: StackPlan;
  place: Placement;
}): Promise<LinkAddresses> {
  const lay = (name: LinkName, targets: readonly { server: string; port: string }[]) =>
    Promise.all(targets.map(({ server, port }) => links.link(name, { server: placed(place, server), port })));
  const brokers = numbered("kafka", plan.brokers);
  const mysql = [{ server: "mysql", port: "sql" }];
  const replica = plan.replica === "none" ? [] : [{ server: "mysql-replica", port: "sql" }];
  const store = [{ server: "object-store", port: "s3" }];
  const catalog = plan.catalog === "rest" ? [{ server: "catalog", port: "rest" }] : [];
  const connect = clusters(plan).map((cluster) => ({ server: `${cluster}-1`, port: "rest" }));
  const kafka = await Promise.all(
    kafkaLinks.map(
      async (name) =>
        [
          name,
          await lay(
            name,
            brokers.map((server) => ({ server, port: kafkaPort(name) })),
          ),
        ] as const,
    ),
  );
  const [worker, debezium, sink, harness] = kafka.map(([, addresses]) => addresses);
  return {
    "worker->kafka": worker ?? [],
    "debezium->kafka": debezium ?? [],
    "sink->kafka": sink ?? [],
    "harness->kafka": harness ?? [],
    "debezium->mysql": await lay("debezium->mysql", capturesReplica(plan) ? replica : mysql),
    "replica->mysql": await lay("replica->mysql", replica.length > 0 ? mysql : []),
    "duckdb->mysql": await lay("duckdb->mysql", mysql),
    "harness->mysql": await lay("harness->mysql", mysql),
    "harness->replica": await lay("harness->replica", replica),
    "sink->object-store": await lay("sink->object-store", store),
    "catalog->object-store": await lay("catalog->object-store", store),
    "duckdb->object-store": await lay("duckdb->object-store", store),
    "harness->object-store": await lay("harness->object-store", store),
    "sink->catalog": await lay("sink->catalog", catalog),
    "duckdb->catalog": await lay("duckdb->catalog", catalog),
    "harness->catalog": await lay("harness->catalog", catalog),
    "harness->connect": await lay("harness->connect", connect),
  };
}

/** Whether the source reads the replica and not the primary. */
export function capturesReplica({ replica }: Pick<StackPlan, "replica">): boolean {
  return replica === "with-updates-logged" || replica === "without-updates-logged";
}

function connectAddresses(addresses: LinkAddresses): Stack["connect"] {
  const [, sink] = addresses["harness->connect"];
  const source = firstAddress(addresses, "harness->connect");
  return { source, sink: sink ?? source };
}

/** A link's address; a Kafka link's first broker. */
export function firstAddress(addresses: LinkAddresses, name: LinkName): Address {
  return nth(addresses[name], 0);
}

function placed({ servers }: Placement, name: string): PlacedServer {
  const found = servers.get(name);
  if (found === undefined) throw noSuchServer(name, [...servers.keys()]);
  return found;
}

function addressesOf({ addresses }: Placement, name: LinkName): readonly Address[] {
  return addresses?.[name] ?? [];
}

function nth(addresses: readonly Address[], at: number): Address {
  const found = addresses[at];
  if (found === undefined) throw noSuchServer(`number ${at + 1}`, addresses.map(hostPort));
  return found;
}

function noSuchServer(name: string, known: readonly string[]): Error {
  return usageError({
    code: "SERVER_UNKNOWN",
    what: `this stack has no server ${name}`,
    expected: `one of ${known.join(", ")}`,
    remedy: "correct the fault's target, or the scenario's `stack`",
  });
}
