import { expect, test } from "vitest";
import { invariant } from "#core/errors.ts";
import { sinkTables } from "#lint/sink-tables.ts";
import { pipelineOf, type Settings, sink } from "../validate/views.ts";

function tables(settings: Settings, captured: readonly string[] | undefined) {
  const [view] = pipelineOf({ "sink.json": { ...sink, ...settings } }).views;
  invariant(view !== undefined, "one connector was given");
  return sinkTables(view, captured);
}

const routed = {
  "iceberg.tables.dynamic-enabled": "true",
  "iceberg.tables.route-field": "_cdc.target",
  transforms: "cdc",
  "transforms.cdc.type": "org.apache.iceberg.connect.transforms.DebeziumTransform",
};
const pattern = (target: string) => ({ ...routed, "transforms.cdc.cdc.target.pattern": target });

test("a sink's tables are those listed, as they are spelt, whatever is captured", () => {
  expect(tables({ "iceberg.tables": "a.B, c.d" }, undefined)).toEqual(["a.B", "c.d"]);
});

test("or what its transform makes of the captured ones, in lower case as the sink takes them", () => {
  expect(tables(routed, ["App.Orders"])).toEqual(["app.orders"]);
  expect(tables(pattern("RAW_{db}.{db}_{table}"), ["App.Orders"])).toEqual(["raw_app.app_orders"]);
  expect(tables(routed, ["app.a$&b"])).toEqual(["app.a$&b"]);
});

test.each([
  ["nothing names them", {}, ["app.orders"], /neither iceberg\.tables nor/],
  ["records name them", { ...routed, "iceberg.tables.route-field": "kind" }, ["app.orders"], /run time alone/],
  ["no transform names them", { ...routed, transforms: "" }, ["app.orders"], /run time alone/],
  ["the captured ones are not known", routed, undefined, /are not known/],
])("and where %s, that is the answer", (_, settings, captured, reason) => {
  expect(tables(settings, captured)).toEqual({ unknown: expect.stringMatching(reason) });
});
