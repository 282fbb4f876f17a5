import { describe, expect, test } from "vitest";
import { nothingLeftOut } from "#core/pipeline-spec.ts";
import { connectorFile } from "#stages/connect/files.ts";
import { offsetAt, snapshotPassed, sourcePosition } from "#stages/debezium/progress.ts";
import { readProjection } from "#stages/debezium/projection.ts";
import { sourceConfig } from "#stages/debezium/source-config.ts";
import { sourceTopics } from "#stages/debezium/topics.ts";
import { specOf } from "../spec.ts";

const variables = {
  "mysql.host": "127.0.0.1",
  "mysql.port": "3306",
  "mysql.user": "debezium",
  "mysql.password": "secret",
  "mysql.connector-server-id": "7",
  "kafka.debezium": "127.0.0.1:9092",
  "kafka.replication-factor": "1",
};

const projection = {
  ...nothingLeftOut,
  excludeTables: ["salaries"],
  excludeColumns: ["employees.birth_date"],
  masks: {
    "employees.first_name": { kind: "mask", length: 4 },
    "employees.last_name": { kind: "truncate", length: 2 },
  },
} as const;

describe.each(["fast", "prod-like"] as const)("the source's configuration, %s", (profile) => {
  test("captures the pipeline's tables over its own link to Kafka", async () => {
    const template = await connectorFile("mysql-source", profile);
    const config = sourceConfig({ spec: specOf({ profile }), template, variables });
    expect(config).toMatchObject({
      "topic.prefix": "r1",
      "table.include.list": "employees_r1.employees,employees_r1.salaries",
      "producer.override.bootstrap.servers": "127.0.0.1:9092",
      "schema.history.internal.kafka.bootstrap.servers": "127.0.0.1:9092",
    });
    expect(JSON.stringify(config)).not.toContain("${");
  });

  test("leaves out what the projection leaves out, and a projection is read back from it", async () => {
    const spec = specOf({ projection, profile });
    const config = sourceConfig({ spec, template: await connectorFile("mysql-source", profile), variables });
    expect(config).toMatchObject({
      "table.include.list": "employees_r1.employees",
      "column.exclude.list": "employees_r1.employees.birth_date",
      "column.mask.with.4.chars": "employees_r1.employees.first_name",
      "column.truncate.to.2.chars": "employees_r1.employees.last_name",
    });
    const read = readProjection({ config, database: spec.names.database });
    expect(read).toEqual({
      projection: { ...projection, includeTables: ["employees"], excludeTables: [] },
      unread: [],
    });
  });
});

test("a projection that cannot be said in Floe's terms is told, never ignored", () => {
  const config = {
    "transforms.f.type": "org.apache.kafka.connect.transforms.Filter",
    "skipped.operations": "t,d",
    "table.include.list": "db\\.one,other.two",
  };
  const { projection: read, unread } = readProjection({ config, database: "db" });
  expect(read.includeTables).toEqual(["one"]);
  expect(unread).toEqual(["transforms.f.type", "skipped.operations"]);
});

test("the schema history is kept for ever and never compacted", () => {
  const topics = sourceTopics(specOf(), 3);
  const history = topics.find(({ name }) => name === "r1.schema-history");
  expect(history).toMatchObject({
    partitions: 1,
    replicas: 3,
    config: { "cleanup.policy": "delete", "retention.ms": "-1" },
  });
});

describe("a source offset", () => {
  const partition = { server: "r1" };
  // As Debezium 3.6.1.Final stored it: in the middle of the stream, with transaction 8 under way.
  const streaming = [
    {
      partition,
      offset: {
        ts_sec: 1795255840,
        file: "binlog.000001",
        pos: 2655,
        gtids: "c29c:1-7",
        row: 1,
        server_id: 1,
        event: 2,
      },
    },
  ];

  test("is read with GTIDs and with file and position", () => {
    expect(sourcePosition(streaming)).toEqual({ gtids: "c29c:1-7", file: "binlog.000001", pos: 2655 });
    expect(sourcePosition([{ partition, offset: { file: "b", pos: 4 } }])).toEqual({
      gtids: undefined,
      file: "b",
      pos: 4,
    });
    expect(sourcePosition([])).toBeUndefined();
  });

  test("of a snapshot under way does not count as passed", () => {
    expect(snapshotPassed([])).toBe(false);
    expect(
      snapshotPassed([{ partition, offset: { file: "b", pos: 4, snapshot: "INITIAL", snapshot_completed: false } }]),
    ).toBe(false);
    expect(snapshotPassed(streaming)).toBe(true);
  });

  test("that is to be stored names its partition by the topic prefix and skips no row", () => {
    const offset = offsetAt({ spec: specOf(), position: { gtids: "c29c:1-5", file: "binlog.000001", pos: 157 } });
    expect(offset).toEqual({
      partition: { server: "r1" },
      offset: { file: "binlog.000001", pos: 157, gtids: "c29c:1-5" },
    });
  });
});
