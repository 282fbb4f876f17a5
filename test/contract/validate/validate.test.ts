import { createServer, type ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostPort } from "#core/addresses.ts";
import { deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import { catalogue } from "#lint/catalogue.ts";
import type { Finding } from "#lint/rule.ts";
import { choosePort } from "#runtime/free-port.ts";
import { connectClient } from "#stages/connect/client.ts";
import { mysqlUsers } from "#stages/mysql/server.ts";
import { firstAddress } from "../../../harness/stack.ts";
import { commitFrom } from "./commit.ts";
import { floe } from "./floe.ts";
import { type Delta, type Ground, layGround } from "./ground.ts";
import { replicaOf } from "./replica.ts";

let ground: Ground;

beforeAll(async () => {
  ground = await layGround();
});
afterAll(async () => {
  await ground[Symbol.asyncDispose]();
});

/** `rule file:line`, of the findings by one rule. */
function told(findings: readonly Finding[], rule: string): string[] {
  return findings.filter((each) => each.rule === rule).map(({ file, key }) => `${file} ${key}`);
}

/** Rules that only a live look can break, or that it can break as well. */
const live = catalogue().flatMap(({ id, judgedBy }) => (judgedBy === "validate" ? [id] : []));

test("a pipeline whose servers are all as they should be has no finding of validate's", async () => {
  const findings = await ground.findings();
  expect(findings.filter(({ rule }) => live.includes(rule))).toEqual([]);
  expect(findings.filter(({ rule }) => rule.startsWith("mysql-") || rule.startsWith("topic-"))).toEqual([]);
});

interface Case {
  readonly rule: string;
  readonly at: string;
  readonly source?: Delta;
  readonly sink?: Delta;
}

const cases: readonly Case[] = [
  { rule: "connect-validate", at: "source.json decimal.handling.mode", source: { "decimal.handling.mode": "doubel" } },
  { rule: "connect-validate", at: "source.json topic.prefix", source: { "topic.prefix": null } },
  {
    rule: "connector-class-not-installed",
    at: "sink.json connector.class",
    sink: { "connector.class": "org.apache.iceberg.connect.IcebergSinkConector" },
  },
  {
    rule: "connector-class-not-installed",
    at: "sink.json connector.class",
    sink: { "connector.class": "io.confluent.connect.s3.S3SinkConnector" },
  },
  { rule: "mysql-login-refused", at: "source.json database.user", source: { "database.password": "not-this-one" } },
  { rule: "server-unreachable", at: "source.json database.hostname", source: { "database.port": "1" } },
  {
    rule: "mysql-tables-missing",
    at: "source.json table.include.list",
    source: { "table.include.list": "shop.ordres" },
  },
  { rule: "dbz-server-id-collision", at: "source.json database.server.id", source: { "database.server.id": "1" } },
  { rule: "not-tried", at: "source.json database.password", source: { "database.password": "${file:/run/x:y}" } },
  {
    rule: "kafka-topic-missing",
    at: "source.json schema.history.internal.kafka.topic",
    source: { "schema.history.internal.kafka.topic": "another-history" },
  },
  {
    rule: "server-unreachable",
    at: "source.json schema.history.internal.kafka.bootstrap.servers",
    source: { "schema.history.internal.kafka.bootstrap.servers": "127.0.0.1:1" },
  },
  {
    rule: "not-tried",
    at: "source.json schema.history.internal.kafka.bootstrap.servers",
    source: { "schema.history.internal.producer.security.protocol": "SASL_SSL" },
  },
  {
    rule: "dlq-replication-factor",
    at: "sink.json errors.deadletterqueue.topic.name",
    sink: { "errors.tolerance": "all", "errors.deadletterqueue.topic.name": "dlq" },
  },
  {
    rule: "iceberg-control-topic-missing",
    at: "sink.json iceberg.control.topic",
    sink: { "iceberg.control.topic": "no-control" },
  },
  {
    rule: "kafka-topic-missing",
    at: "sink.json topics.regex",
    sink: { topics: null, "topics.regex": "shops\\..*" },
  },
  {
    rule: "server-unreachable",
    at: "sink.json iceberg.catalog.uri",
    sink: { "iceberg.catalog.uri": "http://127.0.0.1:1" },
  },
  { rule: "not-tried", at: "sink.json iceberg.catalog.type", sink: { "iceberg.catalog.type": "glue" } },
  {
    rule: "catalog-table-missing",
    at: "sink.json iceberg.tables.auto-create-enabled",
    sink: { "iceberg.tables.auto-create-enabled": "false" },
  },
  {
    rule: "bucket-not-writable",
    at: "sink.json iceberg.catalog.warehouse",
    sink: { "iceberg.catalog.s3.secret-access-key": "not-this-one" },
  },
  {
    rule: "bucket-not-writable",
    at: "sink.json iceberg.catalog.warehouse",
    sink: { "iceberg.catalog.warehouse": "s3://no-such-lake/warehouse" },
  },
  {
    rule: "not-tried",
    at: "sink.json iceberg.catalog.warehouse",
    sink: { "iceberg.catalog.s3.access-key-id": null, "iceberg.catalog.s3.secret-access-key": null },
  },
];

describe("each thing that is wrong is told at the setting that leads there", () => {
  test.each(cases)("$rule at $at", async ({ rule, at, source, sink }) => {
    expect(told(await ground.findings(source, sink), rule)).toContain(at);
  });

  test("catalog-refuses, of an address that is no catalog's", async () => {
    const uri = `http://${hostPort(firstAddress(ground.stack.addresses, "sink->object-store"))}`;
    expect(told(await ground.findings({}, { "iceberg.catalog.uri": uri }), "catalog-refuses")).toEqual([
      "sink.json iceberg.catalog.uri",
    ]);
  });
});

describe("MySQL's settings are judged by lint's rules on my.cnf", () => {
  test.each([
    ["binlog_row_image", "MINIMAL", "FULL", "mysql-binlog-row-image"],
    ["binlog_row_value_options", "PARTIAL_JSON", "", "mysql-binlog-row-value-options"],
    ["binlog_expire_logs_seconds", "3600", "2592000", "mysql-binlog-expiry-short"],
    ["gtid_mode", "ON_PERMISSIVE", "ON", "mysql-gtid-on-permissive"],
    ["binlog_format", "STATEMENT", "ROW", "mysql-binlog-format"],
  ])("%s=%s", async (variable, bad, good, rule) => {
    const set = (value: string) =>
      ground.mysql.execute(`SET GLOBAL ${variable} = ${/^\d+$/.test(value) ? value : `'${value}'`}`);
    await set(bad);
    try {
      expect(told(await ground.findings(), rule)).toEqual([`source.json ${variable}`]);
    } finally {
      await set(good);
    }
    expect(told(await ground.findings(), rule)).toEqual([]);
  });

  test("rights that are missing, one by one, and too many", async () => {
    const { mysql } = ground;
    await mysql.execute("CREATE USER poor@'%' IDENTIFIED BY 'secret-of-poor'");
    await mysql.execute("GRANT SELECT ON shop.* TO poor@'%'");
    const as = (user: string, password: string) => ({ "database.user": user, "database.password": password });
    const missing = (await ground.findings(as("poor", "secret-of-poor")))
      .filter(({ rule }) => rule === "mysql-rights-missing")
      .map(({ message }) => /has no ([A-Z ]+) on/.exec(message)?.[1]);
    expect(missing).toEqual(["REPLICATION SLAVE", "REPLICATION CLIENT", "RELOAD"]);
    const all = ground.stack.secrets.mysql.harness;
    const wide = await ground.findings(as("floe", all));
    expect(wide.map(({ rule }) => rule)).toContain("mysql-grants-too-wide");
  });
});

test("a server id that a replica has is taken", async () => {
  const { mysql, stack } = ground;
  const login = { address: mysql.address, user: mysqlUsers.debezium, password: stack.secrets.mysql.debezium };
  await using _ = await replicaOf(login, 5701);
  await poll({
    what: "the replica to be registered",
    deadline: deadlineIn(10_000),
    look: async () => ((await mysql.query("SHOW REPLICAS")).length > 0 ? seen(undefined) : notYet("no replica")),
  });
  const at = "source.json database.server.id";
  expect(told(await ground.findings(), "dbz-server-id-collision")).toEqual([at]);
  expect(told(await ground.findings({ "database.server.id": "5702" }), "dbz-server-id-collision")).toEqual([]);
});

describe("topics are judged by lint's rules on topic files", () => {
  test.each([
    ["history", { "cleanup.policy": "compact" }, { "cleanup.policy": "delete" }, "topic-schema-history-compacted"],
    ["history", { "retention.ms": "604800000" }, { "retention.ms": "-1" }, "topic-schema-history-retention"],
    ["control", { "cleanup.policy": "compact" }, { "cleanup.policy": "delete" }, "iceberg-control-topic-compacted"],
    ["shop.shop.orders", { "cleanup.policy": "compact" }, { "cleanup.policy": "delete" }, "topic-compacted-cdc"],
  ])("%s with %j", async (topic, bad, good, rule) => {
    await ground.kafka.configureTopic({ topic, settings: bad });
    try {
      expect(told(await ground.findings(), rule)).toHaveLength(1);
    } finally {
      await ground.kafka.configureTopic({ topic, settings: good });
    }
    expect(told(await ground.findings(), rule)).toEqual([]);
  });
});

describe("what the worker and the lake have already", () => {
  test("connectors that run there share no topic prefix and no server id with a new one", async () => {
    const connect = connectClient(ground.stack.connect.source);
    const config = { ...(await ground.source({ name: null, "snapshot.mode": "no_data" })) };
    await connect.create({ name: "runs-already", config });
    try {
      const rules = (await ground.findings()).map(({ rule }) => rule);
      expect(rules).toEqual(expect.arrayContaining(["dbz-topic-prefix-not-unique", "dbz-server-id-collision"]));
      const renamed = await ground.findings({ name: "runs-already", "topic.prefix": "other" });
      expect(told(renamed, "dbz-topic-prefix-renamed")).toEqual(["source.json topic.prefix"]);
      const same = await ground.findings({ name: "runs-already" });
      expect(same.map(({ rule }) => rule)).not.toContain("dbz-topic-prefix-not-unique");
      expect(told(same, "dbz-topic-prefix-renamed")).toEqual([]);
    } finally {
      await connect.delete("runs-already");
    }
  });

  test("a control topic that was made again is behind what a table remembers", async () => {
    const catalog = firstAddress(ground.stack.addresses, "harness->catalog");
    await commitFrom({
      catalog,
      namespace: "shop",
      table: "orders",
      read: { "kafka.connect.offsets.control.g": '{"0":5}' },
    });
    const rule = "iceberg-control-topic-recreated";
    expect(told(await ground.findings(), rule)).toEqual(["sink.json iceberg.control.topic"]);
    const records = Array.from({ length: 5 }, () => ({ key: null, value: "x" }));
    await ground.kafka.produce({ topic: "control", records });
    expect(told(await ground.findings(), rule)).toEqual([]);
  });
});

describe("the command", () => {
  const planted = "hunter2-is-planted";

  test("prints no secret, in no format, wherever Connect repeats it", async () => {
    const wrong = { "database.password": planted, "errors.retry.timeout": planted, "decimal.handling.mode": planted };
    const folder = await ground.write({ ...wrong, "databse.pasword": planted }, { "tasks.max": planted });
    const connect = connectClient(ground.stack.connect.source);
    const said = await connect.validate({ ...(await ground.source(wrong)), name: "x" });
    expect(JSON.stringify([...said])).toContain(planted);
    for (const format of ["text", "json", "sarif", "github", "junit"]) {
      const { code, out, err } = await floe("validate", folder, "--connect", ground.worker, "--format", format);
      expect(code).toBe(1);
      expect(out).toContain("errors.retry.timeout");
      expect(out + err).not.toContain(planted);
    }
  });

  test.each([
    ["text/html", 200, "<html>hello</html>"],
    ["application/json", 200, '{"hello": "world"}'],
    ["text/plain", 404, "no such thing"],
  ])("tells of an address that answers with %s, %d", async (type, status, body) => {
    const answer = (_: unknown, response: ServerResponse) =>
      response.writeHead(status, { "content-type": type }).end(body);
    await using server = createServer(answer).listen(0, "127.0.0.1");
    await new Promise((listening) => server.once("listening", listening));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    const { code, err } = await floe("validate", await ground.write(), "--connect", url);
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining("NO_CONNECT_WORKER") });
  });

  test("tells of an address where nobody answers, and of files without a connector", async () => {
    const closed = await choosePort();
    const silent = await floe("validate", await ground.write(), "--connect", `http://127.0.0.1:${closed}`);
    expect(silent).toMatchObject({ code: 3, err: expect.stringContaining("ECONNREFUSED") });
    const tls = await floe("validate", await ground.write(), "--connect", "https://worker:8083");
    expect(tls).toMatchObject({ code: 2, err: expect.stringContaining("CONNECT_TLS") });
    const none = await floe("validate", "connectors/worker.properties");
    expect(none).toMatchObject({ code: 2, err: expect.stringContaining("NOTHING_TO_VALIDATE") });
  });
});

test("without a worker one is started: the plugin is asked, and what lies behind it is said to be untried", async () => {
  const folder = await ground.write(
    { "snapshot.mode": "inital" },
    { "value.converter": "io.confluent.connect.avro.AvroConverter" },
  );
  const { code, out } = await floe("validate", folder, "--json");
  const findings: readonly Finding[] = JSON.parse(out);
  expect(code).toBe(1);
  expect(told(findings, "connect-validate")).toEqual(["source.json snapshot.mode"].map((at) => `${folder}/${at}`));
  expect(told(findings, "not-tried")).toEqual(
    ["sink.json value.converter", "source.json database.hostname"].map((at) => `${folder}/${at}`),
  );
});
