import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deadlineIn } from "#core/deadline.ts";
import type { RunningServer } from "#runtime/port.ts";
import type { ConnectClient } from "#stages/connect/client.ts";
import { awaitRunning, awaitStopped } from "#stages/connect/progress.ts";
import { openTestRuntime, type TestRuntime } from "../one-server.ts";
import { startWorker } from "./one-worker.ts";

let here: TestRuntime;
let worker: RunningServer;
let connect: ConnectClient;

beforeAll(async () => {
  here = await openTestRuntime();
  const { pluginPath } = here;
  const started = await startWorker({ here, pluginPath, discovery: "service_load", topics: ["t", "control"] });
  ({ worker, connect } = started);
});
afterAll(async () => {
  await here?.[Symbol.asyncDispose]();
});

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
    expect(await connect.statuses()).toEqual([await connect.status("hopeless")]);
    expect(await connect.configs()).toEqual(new Map([["hopeless", await connect.config("hopeless")]]));
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
