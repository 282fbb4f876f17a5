import { describe, expect, test } from "vitest";
import { loadDefinitions, newestVersions } from "#lint/definitions.ts";
import { judge } from "#lint/judge.ts";
import { readConfiguration } from "#lint/read/file.ts";
import { recognise } from "#lint/recognise.ts";

const definitions = loadDefinitions(newestVersions());
const connector = "io.debezium.connector.mysql.MySqlConnector";

function settingsOf(file: string, text: string): Record<string, string> {
  const [block] = readConfiguration({ file, text }).blocks;
  return Object.fromEntries([...(block?.settings.values() ?? [])].map(({ key, value }) => [key, value]));
}

function kindsOf(file: string, text: string): (string | undefined)[] {
  return readConfiguration({ file, text }).blocks.map((block) => recognise(block, definitions)?.kind);
}

function problems(file: string, text: string): string[] {
  return readConfiguration({ file, text }).problems.map(
    ({ rule, at, told }) => `${rule} ${at.line}:${at.column} ${told}`,
  );
}

describe("connectors are read in every shape", () => {
  const bare = `{"connector.class": "${connector}", "tasks.max": 1}`;
  test("as a bare map, as name and config, in lists and by name", () => {
    for (const text of [
      bare,
      `{"name": "a", "config": ${bare}}`,
      `[${bare}]`,
      `{"a": ${bare}, "b": ${bare}}`,
      `{"connectors": [${bare}]}`,
    ])
      expect(kindsOf("c.json", text)).toContain("mysql-source");
    expect(settingsOf("c.json", bare)["tasks.max"]).toBe("1");
  });

  test("as Strimzi's resources, whose own fields are settings too", () => {
    const text = `apiVersion: kafka.strimzi.io/v1beta2\nkind: KafkaConnector\nmetadata: {name: c}\nspec:\n  class: ${connector}\n  tasksMax: 2\n  config:\n    topic.prefix: shop\n`;
    expect(settingsOf("c.yaml", text)).toEqual({
      "connector.class": connector,
      "tasks.max": "2",
      "topic.prefix": "shop",
    });
    const topic =
      "apiVersion: v1\nkind: KafkaTopic\nmetadata: {name: t}\nspec: {partitions: 3, replicas: 2, config: {cleanup.policy: compact}}\n";
    expect(settingsOf("t.yaml", topic)).toEqual({
      partitions: "3",
      "replication.factor": "2",
      "cleanup.policy": "compact",
    });
    expect(
      kindsOf(
        "k.yaml",
        "apiVersion: v1\nkind: Kafka\nspec: {kafka: {replicas: 3, config: {a: b}}}\n---\napiVersion: v1\nkind: KafkaConnect\nspec: {config: {a: b}}\n",
      ),
    ).toEqual(["broker", "connect-worker"]);
  });

  test("as MSK Connect's, from the command line and from CloudFormation", () => {
    expect(kindsOf("c.json", `{"connectorName": "x", "connectorConfiguration": ${bare}}`)).toEqual(["mysql-source"]);
    const stack = `Resources:\n  C:\n    Type: AWS::KafkaConnect::Connector\n    Properties:\n      ConnectorName: !Ref Name\n      ConnectorConfiguration:\n        connector.class: ${connector}\n`;
    expect(kindsOf("c.yaml", stack)).toEqual(["mysql-source"]);
  });

  test("with anchors and merged maps", () => {
    const text = `base: &base {connector.class: ${connector}}\nconnectors:\n  - {<<: *base, topic.prefix: a, connector.class: mine}\n`;
    const blocks = readConfiguration({ file: "c.yaml", text }).blocks.map(
      ({ settings }) => settings.get("topic.prefix")?.value,
    );
    expect(blocks).toContain("a");
    expect(problems("c.yaml", text)).toEqual([]);
  });
});

describe("other files are recognised by what is in them", () => {
  test.each([
    ["w.properties", "config.storage.topic=c\n", "connect-worker"],
    ["s.properties", "process.roles=broker\n", "broker"],
    ["c.properties", "auto.offset.reset=earliest\n", "consumer"],
    ["p.properties", "acks=all\n", "producer"],
    ["t.properties", "cleanup.policy=compact\n", "topic"],
    ["my.cnf", "[mysqld]\nserver-id=1\n", "mysql-server"],
    ["postgresql.conf", "wal_level = logical\n", "postgres-server"],
    ["x.json", '{"hello": "world"}', undefined],
  ])("%s", (file, text, kind) => expect(kindsOf(file, text)).toEqual([kind]));

  test("properties follow Java's rules for longer lines, escapes and separators", () => {
    expect(settingsOf("a.properties", "# c\r\na = 1\r\nb: x\\\r\n   y\r\nc\\ d=\\u0041\\n\r\n! no\r\n")).toEqual({
      a: "1",
      b: "xy",
      "c d": "A\n",
    });
  });

  test("my.cnf takes - for _, names alone, skip- and quotes, of the server's groups only", () => {
    const text =
      '[client]\nuser=x\n[mysqld]\nlog-bin\nskip-log-replica-updates\nserver-id = "7" # mine\n[mysqldump]\nquick\n';
    expect(settingsOf("my.cnf", text)).toEqual({ log_bin: "ON", log_replica_updates: "OFF", server_id: "7" });
  });
});

describe("what is wrong with a file is told with its place", () => {
  test.each([
    ["a.json", '{\n  "a": "b"\n  "c": "d"\n}', "rest-body-not-json 3:3"],
    ["a.json", '{"a": "b",}', "rest-body-not-json 1:11"],
    ["a.json", '{"a": "b"} // no', "rest-body-not-json 1:12"],
    ["a.json", '{"a": "b', "rest-body-not-json 1:7"],
    ["a.json", '{"a": "1",\n "a": "2"}', "duplicate-key 2:2"],
    ["a.yaml", "a: 1\na: 2\n", "duplicate-key 2:1"],
    ["a.yaml", "a: [1\nb: 2\n", "syntax"],
    ["a.properties", "a=1\nb=2\na=3\n", "duplicate-key 3:1"],
    ["a.properties", "a=1\nword\n", "syntax 2:1"],
    ["my.cnf", "server_id=1\n", "syntax 1:1"],
    ["a.json", "", "syntax 1:1 the file is empty"],
    ["a.json", "\u0000\u0001", "syntax 1:1 a binary file"],
    ["a.json", `{"name": "x", "config": {"connector.class": "x"}, "tasks.max": "1"}`, "rest-body-shape 1:51"],
    ["a.json", `{"config": {"connector.class": "x"}}`, "rest-body-shape 1:1"],
    ["a.json", `{"connector.class": "x", "a": {"b": 1}}`, "value-invalid 1:31"],
  ])("%s, case %#", (file, text, told) => expect(problems(file, text).join("\n")).toContain(told));

  test("a good file has none, with a byte order mark and with CRLF too", () => {
    const good = `\uFEFF{\r\n  "name": "x",\r\n  "config": {"connector.class": "${connector}"}\r\n}\r\n`;
    expect(problems("a.json", good)).toEqual([]);
    const [block] = readConfiguration({ file: "a.json", text: good }).blocks;
    expect(block?.settings.get("connector.class")?.keyAt).toEqual({ line: 3, column: 14 });
  });

  test("brackets without end are no reason to fall over", () => {
    expect(problems("a.json", "[".repeat(100_000)).join()).toContain("cannot be read");
  });

  test("a map of aliases that would grow for ever ends", () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${["b", "c", "d", "e", "f", "g", "h"].map((name, at) => `${name}: &${name} [${Array(9).fill(`*${"abcdefgh"[at]}`).join()}]`).join("\n")}\n`;
    expect(() => readConfiguration({ file: "b.yaml", text: bomb })).not.toThrow();
    expect(() => readConfiguration({ file: "c.yaml", text: "a: &a\n  b: *a\n" })).not.toThrow();
  });

  test("ten megabytes of settings are refused in a moment", () => {
    const text = JSON.stringify(
      Object.fromEntries(Array.from({ length: 200_000 }, (_, at) => [`some.key.number.${at}`, "x".repeat(20)])),
    );
    expect(problems("big.json", text).join()).toContain("are no configuration");
  });
});

describe("a file switches rules off", () => {
  const source = (more: string) => `{"connector.class": "${connector}", ${more}"snapshot.fetch.sise": "1"}`;
  const rulesOf = (text: string) =>
    judge({ files: [readConfiguration({ file: "a.json", text })] }, { definitions, target: "production" }).findings.map(
      ({ rule }) => rule,
    );
  test("by _floe, which is no setting", () => {
    expect(rulesOf(source(""))).toContain("unknown-key");
    expect(rulesOf(source('"_floe": {"off": ["unknown-key"]}, '))).not.toContain("unknown-key");
  });
  test("by a comment, where a file can have one", () => {
    const text = "# floe: off worker-env-var-in-properties\nKAFKA_OPTS=x\nplugin.path=p\n";
    const found = judge(
      { files: [readConfiguration({ file: "a.properties", text })] },
      { definitions, target: "production" },
    );
    expect(found.findings.map(({ rule }) => rule)).not.toContain("worker-env-var-in-properties");
  });
});
