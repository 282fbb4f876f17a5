import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { differences } from "#rehearsal/preview.ts";
import { readDump } from "#rehearsal/schema/dump.ts";
import { schemaSource } from "#rehearsal/schema/schema-source.ts";
import { pairFolder } from "./check-files.ts";
import { rehearsed } from "./rehearsing.ts";

const tables = `
CREATE TABLE \`customers\` (\`id\` bigint unsigned NOT NULL AUTO_INCREMENT, \`email\` varchar(60) NOT NULL,
  \`place\` point DEFAULT NULL, \`flags\` set('a','b') DEFAULT NULL, PRIMARY KEY (\`id\`), UNIQUE KEY \`e\` (\`email\`));
CREATE TABLE \`orders\` (\`id\` int NOT NULL, \`customer_id\` bigint unsigned NOT NULL, \`total\` decimal(12,2) NOT NULL,
  \`state\` enum('new','paid') NOT NULL, \`details\` json DEFAULT NULL, \`twice\` decimal(14,2) GENERATED ALWAYS AS (\`total\` * 2) STORED,
  \`changed\` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, PRIMARY KEY (\`id\`),
  CONSTRAINT \`fk\` FOREIGN KEY (\`customer_id\`) REFERENCES \`customers\` (\`id\`));`;

test("somebody's own tables pass their pipeline, and a preview tells what a change of it changes, and nothing else", async () => {
  const dump = await readDump({ file: "schema.sql", text: tables, database: "shop" });
  const source = () => schemaSource(dump);
  const old = await rehearsed({ table: "orders" }, source);
  expect(old.run.verdict?.verdict, JSON.stringify(old.run.verdict)).toBe("valid");
  const change = {
    table: "orders",
    source: { "tombstones.on.delete": "false", "decimal.handling.mode": "string" },
    sink: { "iceberg.tables.evolve-schema-enabled": "false" },
  };
  const found = differences(await rehearsed(change, source), old).filter(({ what }) => what !== "figures");
  const told = found.map(({ what, name, old: was, new: is }) => [what, name, was, is]);
  expect(told).toContainEqual(["columns", "total", "DECIMAL(38,2)", "VARCHAR"]);
  expect(told).toContainEqual(["columns", "floe_added", "BIGINT", "none"]);
  expect(told).toContainEqual(["records", "tombstone in the topic", expect.stringMatching(/^[1-9]/), "0"]);
  // The digits are the same, whether they are a number or a text; what the lake does not have is lost to it.
  expect(found.filter(({ what, name }) => what === "values" && name !== "floe_added")).toEqual([]);
});

test("a configuration that Connect rejects is told at its lines in every output, and no connector is made of it", () => {
  const folder = pairFolder({ source: { "snapshot.mode": "inital" }, sink: { "errors.tolerance": "some" } });
  const [runs, summary] = [join(folder, "runs"), join(folder, "summary.md")];
  const env = { ...process.env, GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: summary };
  const command = ["check", folder, "--seed", "7", "--runs", runs];
  const { status, stdout } = spawnSync("./floe", command, { encoding: "utf8", env });
  expect(status, stdout).toBe(1);
  const markdown = readFileSync(summary, "utf8");
  for (const [name, key] of [
    ["mysql-source.json", "snapshot.mode"] as const,
    ["iceberg-sink.json", "errors.tolerance"] as const,
  ]) {
    const file = join(folder, name);
    const line =
      readFileSync(file, "utf8")
        .split("\n")
        .findIndex((each) => each.includes(key)) + 1;
    const told = new RegExp(`${line}:5 +error connect-validate\\s+${key}: `);
    expect(stdout.slice(stdout.indexOf(`${file}\n  `))).toMatch(told);
    expect(stdout).toContain(`::error file=${file},line=${line},col=5,title=connect-validate::${key}: `);
    expect(markdown).toContain(`| error | ${file}:${line} | connect-validate | ${key}: `);
  }
  expect(stdout).toMatch(/REJECTED {2}shop-mysql-source\+shop-iceberg-sink\n {2}CONNECTOR_REJECTED: Connect rejects /);
  const history = readFileSync(join(runs, "latest", "history.jsonl"), "utf8");
  expect(history).toContain("stack ready");
  expect(history).not.toContain("connectors running");
});
