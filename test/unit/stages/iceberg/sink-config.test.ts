import { describe, expect, test } from "vitest";
import { connectorFile } from "#stages/connect/files.ts";
import { catalogXml } from "#stages/iceberg/catalog-xml.ts";
import { sinkConfig } from "#stages/iceberg/sink-config.ts";
import { controlTopic } from "#stages/iceberg/topics.ts";
import { specOf } from "../spec.ts";

const variables = {
  "kafka.sink": "127.0.0.1:9092",
  "catalog.uri": "http://127.0.0.1:8181",
  "object-store.warehouse": "s3://lake/warehouse",
  "object-store.region": "us-east-1",
  "object-store.endpoint": "http://127.0.0.1:9000",
  "object-store.access-key": "key",
  "object-store.secret-key": "secret",
};
const configOf = async (change: Parameters<typeof specOf>[0], changed: Record<string, string> = {}) =>
  sinkConfig({
    spec: specOf(change),
    template: await connectorFile("iceberg-sink", "fast"),
    variables: { ...variables, ...changed },
  });

describe("the sink's configuration", () => {
  test("routes by DebeziumTransform's target unless another shape is asked for", async () => {
    const config = await configOf({});
    expect(config).toMatchObject({
      transforms: "cdc,meta",
      "iceberg.tables.route-field": "_cdc.target",
      topics: "r1.employees_r1.employees,r1.employees_r1.salaries",
    });
    expect(config["iceberg.tables"]).toBeUndefined();
  });

  test.each([
    ["envelope", "meta", "source.table"],
    ["unwrapped", "unwrap,meta", "__table"],
    ["unwrapped-rewrite", "unwrap,meta", "__table"],
  ] as const)("for %s names each table and how its rows are known", async (shape, transforms, routeField) => {
    const config = await configOf({ shape });
    expect(config).toMatchObject({
      transforms,
      "iceberg.tables": "employees_r1.employees,employees_r1.salaries",
      "iceberg.tables.route-field": routeField,
      "iceberg.table.employees_r1.salaries.route-regex": "salaries",
    });
    expect(config["iceberg.tables.dynamic-enabled"]).toBeUndefined();
    expect(Object.keys(config).filter((key) => key.startsWith("transforms.cdc"))).toEqual([]);
  });

  test("for a Hadoop catalog names no REST catalog and no S3FileIO", async () => {
    const config = await configOf({ catalog: "hadoop" }, { "object-store.warehouse": "s3a://lake/warehouse" });
    expect(Object.keys(config).filter((key) => key.startsWith("iceberg.catalog."))).toEqual([
      "iceberg.catalog.type",
      "iceberg.catalog.warehouse",
    ]);
    expect(config["iceberg.hadoop.fs.s3a.endpoint"]).toBe("http://127.0.0.1:9000");
  });

  test("leaves no variable unresolved, whatever the shape and catalog", async () => {
    for (const shape of ["envelope", "unwrapped", "unwrapped-rewrite", "debezium-transform"] as const) {
      for (const catalog of ["rest", "hadoop"] as const) {
        expect(JSON.stringify(await configOf({ shape, catalog }))).not.toContain("${floe:");
      }
    }
  });
});

test("the control topic has one partition and is neither compacted nor cut short", () => {
  expect(controlTopic(specOf(), 1)).toMatchObject({ partitions: 1, config: { "cleanup.policy": "delete" } });
});

test("the catalog's XML escapes what it is given", () => {
  const xml = catalogXml({ host: "127.0.0.1", port: 1, properties: { uri: "jdbc:x?a=1&b=<2>" } });
  expect(xml).toContain("<Item>jdbc:x?a=1&amp;b=&lt;2&gt;</Item>");
});
