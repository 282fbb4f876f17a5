import { describe, expect, test } from "vitest";
import { obstaclesOf } from "#rehearsal/obstacles.ts";
import { transplant } from "#rehearsal/transplant.ts";
import { pairOf } from "./pair.ts";

describe("what is of production", () => {
  test("servers, users, secrets and security are the stack's own", () => {
    const { source, sink } = transplant(
      pairOf({
        source: { "database.ssl.keystore": "/etc/key", "producer.override.sasl.jaas.config": "secret" },
        sink: { "consumer.override.bootstrap.servers": "k1:9093", "iceberg.kafka.security.protocol": "SASL_SSL" },
      }),
    );
    expect(source["database.hostname"]).toBe("${floe:mysql.host}");
    expect(source["database.password"]).toBe("${floe:mysql.password}");
    expect(source).not.toHaveProperty("database.ssl.keystore");
    expect(source).not.toHaveProperty("producer.override.sasl.jaas.config");
    expect(sink["iceberg.catalog.uri"]).toBe("${floe:catalog.uri}");
    expect(sink["consumer.override.bootstrap.servers"]).toBe("${floe:kafka.sink}");
    expect(sink).not.toHaveProperty("iceberg.catalog.credential");
    expect(sink).not.toHaveProperty("iceberg.kafka.security.protocol");
  });

  test("shape, routing, names, converters and delivery stay as they are", () => {
    const kept = {
      "topic.prefix": "prod",
      "decimal.handling.mode": "string",
      "tombstones.on.delete": "false",
      "value.converter.replace.null.with.default": "false",
    };
    const { source, sink } = transplant(
      pairOf({ source: kept, sink: { "iceberg.catalog.table-default.format-version": "2" } }),
    );
    expect(source).toMatchObject(kept);
    expect(sink).toMatchObject({
      topics: "prod.shop.orders",
      "iceberg.catalog.type": "rest",
      "iceberg.catalog.table-default.format-version": "2",
      "transforms.cdc.type": "org.apache.iceberg.connect.transforms.DebeziumTransform",
    });
  });

  test("every change is told, and no secret is", () => {
    const { mapped, source, sink } = transplant(
      pairOf({ source: { "errors.deadletterqueue.topic.name": "${env:DLQ}" } }),
    );
    const told = JSON.stringify(mapped);
    expect(told).not.toMatch(/hunter/);
    expect(mapped).toContainEqual(
      expect.objectContaining({ key: "errors.deadletterqueue.topic.name", was: "${env:DLQ}", now: undefined }),
    );
    const original = pairOf();
    const changed = [...Object.entries(source), ...Object.entries(sink)].filter(
      ([key, value]) => original.source.get(key)?.value !== value && original.sink.get(key)?.value !== value,
    );
    const keys = new Set(mapped.map(({ key }) => key));
    expect(changed.map(([key]) => key).filter((key) => !keys.has(key))).toEqual([]);
  });

  test("a connector without converters has its own worker's", () => {
    const worker =
      "bootstrap.servers=k:9092\nconfig.storage.topic=c\nvalue.converter=org.apache.kafka.connect.json.JsonConverter\nvalue.converter.schemas.enable=false\n";
    expect(transplant(pairOf({ worker })).source).toMatchObject({ "value.converter.schemas.enable": "false" });
  });

  test("a schema history has a topic of the stack's, unless the file names one, or forgets it", () => {
    const key = "schema.history.internal.kafka.topic";
    const topicOf = (source: Readonly<Record<string, string | undefined>>) => {
      const told = transplant(pairOf({ source }));
      return [told.source[key], told.mapped.some((each) => each.key === key)];
    };
    const ofTheStack = ["${floe:pipeline.schema-history-topic}", true];
    const s3 = "io.debezium.storage.s3.history.S3SchemaHistory";
    expect(topicOf({ "schema.history.internal": s3, [key]: undefined })).toEqual(ofTheStack);
    expect(topicOf({ [key]: "${env:HISTORY}" })).toEqual(ofTheStack);
    expect(topicOf({})).toEqual(["prod.history", false]);
    expect(topicOf({ [key]: undefined })).toEqual([undefined, false]);
  });

  test("a Hadoop catalog keeps its type and gets the stack's store by Hadoop's settings", () => {
    const { sink, mapped } = transplant(
      pairOf({
        sink: {
          "iceberg.hadoop.fs.s3a.access.key": "AKIA",
          "iceberg.catalog.type": "hadoop",
          "iceberg.catalog.warehouse": "s3a://p",
        },
      }),
    );
    expect(sink).toMatchObject({
      "iceberg.catalog.type": "hadoop",
      "iceberg.catalog.warehouse": "${floe:object-store.warehouse}",
      "iceberg.hadoop.fs.s3a.endpoint": "${floe:object-store.endpoint}",
    });
    expect(sink).not.toHaveProperty("iceberg.catalog.uri");
    expect(mapped.filter(({ key }) => key === "iceberg.hadoop.fs.s3a.access.key")).toEqual([
      expect.objectContaining({ was: "***", now: "${floe:object-store.access-key}" }),
    ]);
  });
});

describe("what cannot be tried", () => {
  const lines = (over: Parameters<typeof pairOf>[0], plugins: readonly string[] = []) =>
    obstaclesOf(pairOf(over), { plugins });

  test("nothing keeps a usual pair from being run", () => {
    expect(lines({})).toEqual([]);
  });

  test.each([
    ["a catalog of another type", { sink: { "iceberg.catalog.type": "glue" } }, /glue/],
    ["no catalog type, which is Hive", { sink: { "iceberg.catalog.type": undefined } }, /hive/],
    [
      "a schema registry",
      { source: { "value.converter": "io.confluent.connect.avro.AvroConverter" } },
      /schema registry/,
    ],
    ["a transform of somebody's own", { sink: { "transforms.cdc.type": "com.example.Mine" } }, /--plugin/],
    ["a prefix that production alone knows", { source: { "topic.prefix": "${env:PREFIX}" } }, /not known here/],
  ])("%s is told", (_, over, text) => {
    expect(lines(over).join("\n")).toMatch(text);
  });

  test("a transform of somebody's own is taken to be in their plugin", () => {
    expect(lines({ sink: { "transforms.cdc.type": "com.example.Mine" } }, ["mine.zip"])).toEqual([]);
  });
});
