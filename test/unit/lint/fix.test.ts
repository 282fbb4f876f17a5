import { describe, expect, test } from "vitest";
import { loadDefinitions, newestVersions } from "#lint/definitions.ts";
import { mend } from "#lint/fix.ts";
import { judge } from "#lint/judge.ts";
import { readConfiguration } from "#lint/read/file.ts";

function mended(file: string, text: string) {
  const read = readConfiguration({ file, text });
  return mend(
    read,
    judge({ files: [read] }, { definitions: loadDefinitions(newestVersions()), target: "production" }).findings,
  );
}

const source = (inner: string) =>
  `{\n    "connector.class" : "io.debezium.connector.mysql.MySqlConnector",\n${inner}\n}\n`;

describe("--fix", () => {
  test("renames keys and moves prefixes, and leaves every other letter as it was", () => {
    const before = source(
      '  "database.server.name" :   "shop",\n\t"table.whitelist": "a.b",\n  "database.history.kafka.topic":"h",  "snapshot.mode": "schema_only"',
    );
    const after = source(
      '  "topic.prefix" :   "shop",\n\t"table.include.list": "a.b",\n  "schema.history.internal.kafka.topic":"h",  "snapshot.mode": "no_data"',
    );
    expect(mended("c.json", before)?.text).toBe(after);
  });

  test("shows the lines that changed, without secrets", () => {
    const diff = mended(
      "c.json",
      source('  "database.history.producer.sasl.jaas.config": "user pass=hunter2",\n  "topic.prefix": "x"'),
    )?.diff.join("\n");
    expect(diff).toContain("@@ -3 +3 @@");
    expect(diff).toContain("schema.history.internal.producer.sasl.jaas.config");
    expect(diff).not.toContain("hunter2");
  });

  test("hides secrets that stand beside, on one long line", () => {
    const line =
      '{"connector.class": "MySqlConnector", "database.password": "hunter2", "table.whitelist": "a.b", "x.url": "db://me:hunter3@h"}';
    const diff = mended("c.json", line)?.diff.join("\n") ?? "";
    expect(diff).toContain("table.include.list");
    expect(diff).not.toMatch(/hunter[23]/);
  });

  test("keeps YAML's quotes and comments, and CRLF", () => {
    const yaml = (key: string) =>
      `apiVersion: v1\r\nkind: KafkaConnector\r\nspec:\r\n  class: MySqlConnector\r\n  config:\r\n    "${key}": shop # ours\r\n`;
    expect(mended("c.yaml", yaml("database.server.name"))?.text).toBe(yaml("topic.prefix"));
  });

  test("reckons days as seconds in my.cnf", () => {
    expect(mended("my.cnf", "[mysqld]\nserver-id=1\nexpire_logs_days = 7\n")?.text).toBe(
      "[mysqld]\nserver-id=1\nbinlog_expire_logs_seconds = 604800\n",
    );
  });

  test("leaves a file alone where the right key is there already, or nothing is wrong", () => {
    expect(mended("c.json", source('  "database.server.name": "a", "topic.prefix": "b"'))).toBeUndefined();
    expect(mended("c.json", source('  "topic.prefix": "b"'))).toBeUndefined();
  });
});
