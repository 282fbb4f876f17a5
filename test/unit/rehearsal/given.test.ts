import { describe, expect, test } from "vitest";
import { capturedOf, databaseOf, fixtureFor } from "#rehearsal/captured.ts";
import { givenPipeline, shapeOf } from "#rehearsal/given.ts";
import { transplant } from "#rehearsal/transplant.ts";
import { pairOf } from "./pair.ts";

const unwrap = "io.debezium.transforms.ExtractNewRecordState";

function given(over: Parameters<typeof pairOf>[0], all: readonly string[] = ["orders", "items"]) {
  const pair = pairOf(over);
  return givenPipeline(pair, { transplanted: transplant(pair), captured: capturedOf(pair.source, "shop", all), all });
}

describe("what the oracle has to know of a user's pipeline", () => {
  test("names are the files' own", () => {
    expect(given({})).toMatchObject({
      pipeline: {
        shape: "debezium-transform",
        projection: { includeTables: ["orders"] },
        given: {
          names: {
            database: "shop",
            namespace: "shop",
            topicPrefix: "prod",
            sinkGroup: "connect-sink",
            controlTopic: "prod.control",
          },
        },
      },
    });
  });

  test("a password under a misspelt key is known as a secret of theirs", () => {
    const told = given({ source: { "databse.pasword": "planted-1" } });
    expect(told).toMatchObject({ pipeline: { given: { secrets: expect.arrayContaining(["planted-1"]) } } });
  });

  test("a target pattern names the namespace", () => {
    const told = given({ sink: { "transforms.cdc.cdc.target.pattern": "Lake_{db}.{table}" } });
    expect(told).toMatchObject({ pipeline: { given: { names: { namespace: "lake_shop" } } } });
  });

  test("a RegexRouter's topics are reckoned", () => {
    const route = {
      transforms: "route",
      "transforms.route.type": "org.apache.kafka.connect.transforms.RegexRouter",
      "transforms.route.regex": "([^.]+)\\.([^.]+)\\.([^.]+)",
      "transforms.route.replacement": "$3",
    };
    const told = given({ source: route, sink: { topics: "orders" } });
    expect(told).toMatchObject({ pipeline: { given: { topics: { orders: "orders" } } } });
  });

  test.each([
    [
      "tables that are named otherwise in the lake",
      { sink: { "transforms.cdc.cdc.target.pattern": "lake.{table}_v2" } },
      /no table of the sink/,
    ],
    [
      "a route that is known at run time alone",
      { sink: { "iceberg.tables.route-field": "kind" } },
      /known at run time alone/,
    ],
    ["topics that are not the source's", { sink: { topics: "prod.shop.others" } }, /reads none of the topics/],
  ])("%s: not tried, and why", (_, over, text) => {
    expect(given(over)).toMatchObject({ unknown: expect.stringMatching(text) });
  });

  test("a captured table that the sink does not read is told, and not judged", () => {
    const told = given({ source: { "table.include.list": "shop.orders,shop.items" } });
    expect(told).toMatchObject({
      pipeline: { projection: { includeTables: ["orders"] } },
      notes: [expect.stringContaining("items")],
    });
  });

  test.each([
    [{}, "debezium-transform"],
    [{ sink: { transforms: undefined } }, "envelope"],
    [{ source: { transforms: "u", "transforms.u.type": unwrap } }, "unwrapped"],
    [
      {
        sink: {
          transforms: "u",
          "transforms.u.type": unwrap,
          "transforms.u.delete.tombstone.handling.mode": "rewrite",
        },
      },
      "unwrapped-rewrite",
    ],
  ])("the shape is read from the transforms: %j", (over, shape) => {
    expect(shapeOf(pairOf(over))).toBe(shape);
  });
});

describe("the captured tables", () => {
  const source = (list: string | undefined, database?: string) =>
    pairOf({
      source: { "table.include.list": list, "database.include.list": database },
      sink: { topics: undefined, "topics.regex": "prod.*" },
    }).source;

  test("patterns are matched whole, in any case", () => {
    expect(capturedOf(source("shop\\.ORDER.*"), "shop", ["orders", "reorders"]).tables).toEqual(["orders"]);
  });

  test("a fixture is found by its tables' names, or by the database's", () => {
    expect(fixtureFor([source("hr.employees,hr.salaries")])?.name).toBe("employees");
    expect(fixtureFor([source(undefined, "all_types")])?.name).toBe("all-types");
    expect(fixtureFor([source("shop.orders")])).toBeUndefined();
  });

  test("several databases, and none, cannot be tried", () => {
    expect(databaseOf(source("a.x,b.y"))).toMatchObject({ unknown: expect.stringContaining("a, b") });
    expect(databaseOf(source(undefined))).toMatchObject({ unknown: expect.stringContaining("names a database") });
  });
});
