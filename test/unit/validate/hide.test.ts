import { describe, expect, test } from "vitest";
import { renderError, usageError } from "#core/errors.ts";
import { errorWithoutSecrets, hidden, secretsIn } from "#validate/hide.ts";
import { pipelineOf, type Settings, source } from "./views.ts";

const secretsOf = (settings: Settings) => secretsIn(pipelineOf({ "s.json": { ...source, ...settings } }).views);

describe("secrets of a configuration", () => {
  test("are hidden wherever a server repeats them, in each spelling", () => {
    const secrets = secretsOf({ "database.password": 'p@ss "word"' });
    for (const text of ['for p@ss "word" here', String.raw`{"v":"p@ss \"word\""}`, "u:p%40ss%20%22word%22@host"])
      expect(hidden(text, secrets)).not.toMatch(/word/);
  });

  test("are found under misspelt keys, in URLs and in JAAS lines", () => {
    expect(secretsOf({ "databse.pasword": "one" })).toContain("one");
    expect(secretsOf({ "some.address": "http://me:two@host/" })).toContain("two");
    const jaas = 'org.apache.kafka.X required username="u" password="three";';
    expect(secretsOf({ "producer.override.sasl.jaas.config": jaas })).toEqual(expect.arrayContaining(["three", jaas]));
  });

  test("are neither placeholders nor words that stand everywhere", () => {
    const settings = { "database.password": "${file:/run/x:y}", "iceberg.catalog.token-refresh-enabled": "true" };
    expect(secretsOf(settings)).toEqual([]);
  });

  test("stand in no error either, nor in its cause", () => {
    const parts = { code: "X", what: "no four", got: "four", remedy: "four?", evidence: ["at four"] };
    const error = errorWithoutSecrets(usageError({ ...parts, cause: usageError(parts) }), ["four"]);
    expect(renderError(error).join("\n")).not.toContain("four");
  });
});
