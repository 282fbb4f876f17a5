import { describe, expect, test } from "vitest";
import { invariant } from "#core/errors.ts";
import { loadDefinitions, newestVersions } from "#lint/definitions.ts";
import { judge } from "#lint/judge.ts";
import { pluginFor } from "#validate/connect.ts";
import { controlMadeAgain } from "#validate/control-topic.ts";
import { atTheirConnectors, liveFile } from "#validate/live-files.ts";
import { captured } from "#validate/mysql.ts";
import { pipelineOf, type Settings, sink, source } from "./views.ts";

function viewOf(settings: Settings) {
  const [view] = pipelineOf({ "s.json": settings }).views;
  invariant(view !== undefined, "one connector was given");
  return view;
}

describe("what a server says of itself", () => {
  const judged = (settings: Settings) => {
    const view = viewOf({ ...source, "database.hostname": "db" });
    const about = { label: "MySQL at db:3306", kind: "mysql-server", view, key: "database.hostname" } as const;
    const live = liveFile({ ...about, settings });
    const judging = { definitions: loadDefinitions(newestVersions()), target: "production" as const };
    return atTheirConnectors(judge({ files: [live.read] }, judging).findings, [live]);
  };

  test("is judged by lint's rules, and told at the connector's line", () => {
    const found = judged({ log_bin: "OFF" }).find(({ rule }) => rule === "mysql-log-bin-off");
    expect(found).toMatchObject({ file: "s.json", line: 6, severity: "error", key: "log_bin" });
    expect(found?.message).toMatch(/^MySQL at db:3306: log_bin=OFF/);
    expect(judged({ log_bin: "ON" }).map(({ rule }) => rule)).not.toContain("mysql-log-bin-off");
  });

  test("of binlogs that never expire is no short expiry", () => {
    const rules = (seconds: string) => judged({ binlog_expire_logs_seconds: seconds }).map(({ rule }) => rule);
    expect(rules("3600")).toContain("mysql-binlog-expiry-short");
    expect(rules("0")).not.toContain("mysql-binlog-expiry-short");
    expect(rules("2592000")).not.toContain("mysql-binlog-expiry-short");
  });
});

test("the captured tables are those that the lists leave, as whole names in any case", () => {
  const tables = ["app.orders", "app.orders2", "app.log", "other.orders"];
  const of = (settings: Settings) =>
    captured(viewOf({ "connector.class": source["connector.class"], ...settings }), tables);
  expect(of({ "table.include.list": "APP\\.orders" })).toEqual(["app.orders"]);
  expect(of({ "database.include.list": "app", "table.exclude.list": "app.orders.*" })).toEqual(["app.log"]);
  expect(of({})).toEqual(tables);
});

test("a plugin is found by its class and by its short names", () => {
  const plugins = [{ class: "io.debezium.connector.mysql.MySqlConnector", type: "source" }];
  for (const name of ["io.debezium.connector.mysql.MySqlConnector", "MySqlConnector", "MySql"])
    expect(pluginFor(name, plugins)).toBeDefined();
  expect(pluginFor("MySqlConnektor", plugins)).toBeUndefined();
});

test("a control topic that ends before what a table has committed was made again", () => {
  const summary = { "kafka.connect.offsets.control.connect-shop": '{"0":8}' };
  const snapshot = { id: 1n, parentId: undefined, timestampMs: 1, manifestList: undefined, summary };
  const metadata = {
    uuid: "u",
    location: "s3://lake/t",
    currentId: 1n,
    snapshots: [snapshot],
    columns: [],
    droppedColumns: [],
  };
  const tables = [{ name: "app.orders", metadata }];
  const rules = (end: bigint) =>
    controlMadeAgain({ view: viewOf(sink), ends: new Map([[0, end]]), tables }).map(({ rule }) => rule);
  expect(rules(7n)).toEqual(["iceberg-control-topic-recreated"]);
  expect(rules(8n)).toEqual([]);
});
