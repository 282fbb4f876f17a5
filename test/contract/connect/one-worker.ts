import { hostPort } from "#core/addresses.ts";
import type { PlacedServer, RunningServer, ServerSpec } from "#runtime/port.ts";
import { type ConnectClient, connectClient } from "#stages/connect/client.ts";
import { workerProperties } from "#stages/connect/files.ts";
import { connectServers, type PluginDiscovery } from "#stages/connect/server.ts";
import { connectKafka } from "#stages/kafka/client.ts";
import { kafkaPort, kafkaServers } from "#stages/kafka/server.ts";
import type { TestRuntime } from "../one-server.ts";

export interface OneWorker {
  readonly worker: RunningServer;
  readonly connect: ConnectClient;
}

export interface OneWorkerOptions {
  readonly here: TestRuntime;
  readonly pluginPath: readonly string[];
  readonly discovery: PluginDiscovery;
  readonly topics: readonly string[];
}

/** A broker with these topics, and a worker beside it. */
export async function startWorker({ here, pluginPath, discovery, topics }: OneWorkerOptions): Promise<OneWorker> {
  const placed = new Map<string, PlacedServer>();
  const at = (server: string, port: string) => placed.get(server)?.innerAddress(port) ?? nowhere;
  const outside = (server: string, port: string) => placed.get(server)?.address(port) ?? nowhere;
  const kafka = kafkaServers({
    brokers: 1,
    profile: "fast",
    peers: (_broker, port) => at("kafka-1", port),
    links: (_broker, link) => (link === "harness->kafka" ? outside : at)("kafka-1", kafkaPort(link)),
  });
  const workers = connectServers({
    cluster: "connect",
    runId: "test",
    workers: 1,
    profile: "fast",
    properties: await workerProperties("fast"),
    variables: () => ({ "kafka.worker": hostPort(at("kafka-1", "worker")), "kafka.replication-factor": "1" }),
    advertised: () => at("connect-1", "rest"),
    pluginPath,
    discovery,
  });
  const place = async (spec: ServerSpec) => {
    const server = await here.runtime.place(spec);
    placed.set(spec.name, server);
    return server;
  };
  const [broker, first] = [await place(kafka[0] ?? missing()), await place(workers[0] ?? missing())];
  const [running, worker] = await Promise.all([broker.start(), first.start()]);
  await using client = await connectKafka({ bootstrap: [running.address("harness")] });
  await client.createTopics(topics.map((name) => ({ name, partitions: 1, replicas: 1 })));
  return { worker, connect: connectClient(worker.address("rest")) };
}

const nowhere = { host: "127.0.0.1", port: 0 };

function missing(): never {
  throw new Error("one server was asked for");
}
