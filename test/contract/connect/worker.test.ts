import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deadlineIn } from "#core/deadline.ts";
import type { PlacedServer, RunningServer, ServerSpec } from "#runtime/port.ts";
import { type ConnectClient, connectClient } from "#stages/connect/client.ts";
import { workerProperties } from "#stages/connect/files.ts";
import { awaitRunning, awaitStopped } from "#stages/connect/progress.ts";
import { connectServers } from "#stages/connect/server.ts";
import { connectKafka } from "#stages/kafka/client.ts";
import { kafkaPort, kafkaServers } from "#stages/kafka/server.ts";
import { openTestRuntime, type TestRuntime } from "../one-server.ts";

let here: TestRuntime;
let worker: RunningServer;
let connect: ConnectClient;

beforeAll(async () => {
  here = await openTestRuntime();
  const placed = new Map<string, PlacedServer>();
  const at = (server: string, port: string) => placed.get(server)?.innerAddress(port) ?? { host: "127.0.0.1", port: 0 };
  const kafka = kafkaServers({
    brokers: 1,
    profile: "fast",
    peers: (_broker, port) => at("kafka-1", port),
    links: (_broker, link) => at("kafka-1", kafkaPort(link)),
  });
  const workers = connectServers({
    cluster: "connect",
    runId: "test",
    workers: 1,
    profile: "fast",
    properties: await workerProperties("fast"),
    variables: () => ({ "kafka.worker": `127.0.0.1:${at("kafka-1", "worker").port}`, "kafka.replication-factor": "1" }),
    advertised: () => at("connect-1", "rest"),
    pluginPath: here.parts.pluginPath,
  });
  const place = async (spec: ServerSpec) => {
    const server = await here.runtime.place(spec);
    placed.set(spec.name, server);
    return server;
  };
  const [broker, first] = [await place(kafka[0] ?? missing()), await place(workers[0] ?? missing())];
  const [running, started] = await Promise.all([broker.start(), first.start()]);
  worker = started;
  connect = connectClient(worker.address("rest"));
  await using client = await connectKafka({ bootstrap: [running.address("harness")] });
  await client.createTopics(["t", "control"].map((name) => ({ name, partitions: 1, replicas: 1 })));
});
afterAll(async () => {
  await here?.[Symbol.asyncDispose]();
});

function missing(): never {
  throw new Error("one server was asked for");
}

const sinkClass = "org.apache.iceberg.connect.IcebergSinkConnector";
/** A sink whose catalog nobody serves: its task fails when it starts. */
const hopelessSink = {
  "connector.class": sinkClass,
  topics: "t",
  "iceberg.tables": "a.b",
  "iceberg.control.topic": "control",
  "iceberg.catalog.type": "rest",
  "iceberg.catalog.uri": "http://127.0.0.1:1",
  "iceberg.catalog.warehouse": "s3://lake/w",
};

describe("a worker", () => {
  test("has both connectors and both kinds of transforms on its plugin path", async () => {
    const classes = (await connect.plugins()).map((plugin) => plugin.class);
    expect(classes).toEqual(
      expect.arrayContaining([
        "io.debezium.connector.mysql.MySqlConnector",
        sinkClass,
        "io.debezium.transforms.ExtractNewRecordState",
        "org.apache.iceberg.connect.transforms.DebeziumTransform",
      ]),
    );
  });

  test("rejects a configuration with its messages by key, and makes no connector of it", async () => {
    const config = {
      "connector.class": "io.debezium.connector.mysql.MySqlConnector",
      "tasks.max": "0",
      "snapshot.mode": "allways",
    };
    const rejection = await connect.create({ name: "wrong", config }).catch((error: unknown) => error);
    expect(rejection).toMatchObject({ code: "CONNECTOR_REJECTED", blame: "usage" });
    expect(rejection).toMatchObject({
      evidence: expect.arrayContaining([
        expect.stringMatching(/^topic\.prefix: /),
        expect.stringMatching(/^snapshot\.mode: /),
        expect.stringMatching(/^tasks\.max: /),
      ]),
    });
    expect(await connect.connectors()).toEqual([]);
  });

  test("does not know a class that is not there", async () => {
    const config = { "connector.class": "no.such.Connector" };
    await expect(connect.create({ name: "unknown", config })).rejects.toMatchObject({
      got: expect.stringContaining("no.such.Connector"),
    });
  });

  test("does not know a connector that is not there", async () => {
    await expect(connect.status("nobody")).rejects.toMatchObject({ code: "CONNECT_UNKNOWN" });
  });
});

describe("a connector", () => {
  test("whose task fails is told by the root cause of its trace, before the deadline", async () => {
    await connect.create({ name: "hopeless", config: hopelessSink });
    const options = { connect, connector: "hopeless", deadline: deadlineIn(30_000), logFiles: [worker.logFile] };
    await expect(awaitRunning(options)).rejects.toMatchObject({
      code: "CONNECTOR_FAILED",
      message: expect.stringContaining("refused"),
      evidence: expect.arrayContaining([worker.logFile]),
    });
  });

  test("has its offsets altered, read and reset only while it is stopped", async () => {
    const offsets = [{ partition: { kafka_topic: "t", kafka_partition: 0 }, offset: { kafka_offset: 5 } }];
    await expect(connect.alterOffsets({ name: "hopeless", offsets })).rejects.toMatchObject({
      code: "CONNECT_REFUSED",
      got: expect.stringContaining("STOPPED"),
    });
    await connect.stop("hopeless");
    await awaitStopped({ connect, connector: "hopeless", deadline: deadlineIn(30_000), logFiles: [] });
    await connect.alterOffsets({ name: "hopeless", offsets });
    expect(await connect.offsets("hopeless")).toEqual(offsets);
    await connect.resetOffsets("hopeless");
    expect(await connect.offsets("hopeless")).toEqual([]);
  });

  test("outlives its worker, with its configuration", async () => {
    await worker.kill();
    await worker.restart();
    expect(await connect.config("hopeless")).toMatchObject(hopelessSink);
    await connect.delete("hopeless");
    expect(await connect.connectors()).toEqual([]);
  });
});
