import { describe, expect, test } from "vitest";
import { loadDefinitions, newestVersions } from "#lint/definitions.ts";
import { judge } from "#lint/judge.ts";
import { readConfiguration } from "#lint/read/file.ts";
import { parseSettings } from "#lint/settings-file.ts";
import { githubText, jsonText, junitText, sarifText } from "#lint/tell/formats.ts";
import { findingLines, ruleLines } from "#lint/tell/text.ts";

const definitions = loadDefinitions(newestVersions());
const planted = "hunter2-s3cr3t";
// The secret stands in a right key, a misspelt one, a URL, a value that is refused, and beside a syntax error.
const text = `{
  "connector.class": "io.debezium.connector.mysql.MySqlConnector",
  "database.password": "${planted}",
  "databse.pasword": "${planted}",
  "database.passwd": "${planted}",
  "topic.prefix": "<&\\u001b[31m>",
  "producer.override.sasl.jaas.config": "x password=\\"${planted}\\"",
  "producer.override.ssl.keystore.type": "x://u:${planted}@h",
  "snapshot.mode": "jdbc:mysql://u:${planted}@host",
  "max.batch.size": "https://u:${planted}@host"
}`;
const findings = (severities = {}) =>
  judge(
    { files: [readConfiguration({ file: "dir/a,b.json", text })] },
    { definitions, target: "production", severities },
  ).findings;

describe("findings are printed", () => {
  const found = findings();
  const outputs = {
    text: findingLines(found, { color: false }).join("\n"),
    json: jsonText(found),
    sarif: sarifText(found),
    github: githubText(found),
    junit: junitText({ findings: found, files: ["dir/a,b.json"], fails: (severity) => severity === "error" }),
  };

  test.each(Object.entries(outputs))("as %s, with the rule and the place, without the secret", (_, output) => {
    expect(output).toContain("plaintext-secret");
    expect(output).not.toContain(planted);
    expect(output).not.toContain("\u001B");
  });

  test("as JSON with the promised fields", () => {
    const [first] = JSON.parse(outputs.json) as Record<string, unknown>[];
    expect(Object.keys(first ?? {})).toEqual([
      "file",
      "line",
      "column",
      "rule",
      "severity",
      "key",
      "message",
      "remedy",
      "source",
    ]);
  });

  test("as SARIF whose results point at its rules", () => {
    const { version, runs } = JSON.parse(outputs.sarif) as {
      version: string;
      runs: { tool: { driver: { rules: { id: string }[] } }; results: { ruleId: string; ruleIndex: number }[] }[];
    };
    expect(version).toBe("2.1.0");
    for (const { ruleId, ruleIndex } of runs[0]?.results ?? [])
      expect(runs[0]?.tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
  });

  test("as GitHub's commands, whose properties hold no comma or colon of ours", () => {
    expect(outputs.github).toMatch(/^::(error|warning|notice) file=dir\/a%2Cb\.json,line=\d+,col=\d+,title=[\w-]+::/m);
  });

  test("as JUnit, in which only what is over the limit fails", () => {
    expect(outputs.junit).toContain("&lt;&amp;");
    const failures = found.filter(({ severity }) => severity === "error").length;
    expect(outputs.junit).toContain(`failures="${failures}"`);
  });

  test("with every rule in the list", () => expect(ruleLines().length).toBeGreaterThanOrEqual(247));
});

describe("a project's settings", () => {
  test("change a severity, or switch a rule off", () => {
    expect(findings({ "plaintext-secret": "error" }).find(({ rule }) => rule === "plaintext-secret")?.severity).toBe(
      "error",
    );
    expect(findings({ "plaintext-secret": "off" }).map(({ rule }) => rule)).not.toContain("plaintext-secret");
  });

  test.each(['{"rules": {"no-such-rule": "off"}}', '{"rules": {"unknown-key": "loud"}}', '{"fail": 1}', "{"])(
    "are refused when they say %s",
    (settings) => {
      expect(() => parseSettings({ file: "floe.lint.json", text: settings })).toThrow(/cannot be used/);
    },
  );
});
