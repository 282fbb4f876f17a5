import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadDefinitions, newestVersions } from "#lint/definitions.ts";
import { judge } from "#lint/judge.ts";
import { readConfiguration } from "#lint/read/file.ts";
import { write } from "./bases.ts";

const root = join(import.meta.dirname, "..", "..", "..");

function floe(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      [join(root, "harness/cli/main.ts"), "lint", ...args],
      { cwd: root },
      (_, out, err) => done({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "floe-lint-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

describe("the project's own configurations", () => {
  test("have no finding of warn or above, in both profiles", async () => {
    expect(await floe("connectors", "--fail-on", "warn")).toMatchObject({ code: 0 });
    expect(await floe("connectors", "--over", "connectors/fast", "--for", "local", "--fail-on", "warn")).toMatchObject({
      code: 0,
    });
  });
});

describe("the command", () => {
  test("ends with 1 for an error, by --fail-on with another, with 0 below it", async () => {
    const folder = folderWith({ "bad.json": write("mysql", { "tasks.max": "3" }).text });
    const bad = join(folder, "bad.json");
    expect(await floe(bad)).toMatchObject({ code: 1, out: expect.stringContaining("dbz-tasks-max-gt-1") });
    expect(await floe(bad, "--fail-on", "never")).toMatchObject({ code: 0 });
    const warned = folderWith({ "w.json": write("mysql", { "snapshot.fetch.sise": "3" }).text });
    expect(await floe(join(warned, "w.json"))).toMatchObject({ code: 0 });
    expect(await floe(join(warned, "w.json"), "--fail-on", "warn")).toMatchObject({
      code: 1,
      out: expect.stringContaining("did you mean snapshot.fetch.size?"),
    });
  });

  test("ends with 2 where it was used wrongly", async () => {
    const folder = folderWith({ "strange.json": '{"hello": "world"}', "floe.lint.json": '{"rules": 1}' });
    for (const args of [
      [],
      ["no-such.json"],
      [join(folder, "strange.json")],
      [folder, "--config", join(folder, "floe.lint.json")],
      [folder, "--as", "nothing"],
      ["--explain", "no-such"],
      [folder, "--set", "mars=1"],
    ])
      expect(await floe(...args), args.join(" ")).toMatchObject({ code: 2 });
  });

  test("judges the files of a folder together, and what stands beside a file with it", async () => {
    const folder = folderWith({
      "source.json": write("mysql", {}).text,
      "sink.json": write("iceberg", { topics: "orders" }).text,
    });
    expect((await floe(join(folder, "sink.json"))).out).toContain("sink-topics-mismatch-source");
    expect((await floe(join(folder, "sink.json"), "--alone")).out).not.toContain("sink-topics-mismatch-source");
    expect((await floe("--pipeline", folder)).out).toContain("sink-topics-mismatch-source");
  });

  test("goes by the versions that are set, and says where their keys are another version's", async () => {
    const folder = folderWith({ "s.json": write("mysql", { "snapshot.mode": "schema_only" }).text });
    expect((await floe(folder)).out).toContain("dbz-snapshot-mode-removed-value");
    const old = await floe(folder, "--set", "debezium=2.7");
    expect(old.out).not.toContain("dbz-snapshot-mode-removed-value");
    expect(old.err).toContain("debezium 2.7");
  });

  test("mends a file in place and shows how", async () => {
    const folder = folderWith({
      "s.json": write("mysql", { "topic.prefix": null, "database.server.name": "shop" }).text,
    });
    const { err, out } = await floe(folder, "--fix");
    expect(err).toContain('+  "topic.prefix": "shop"');
    expect(out).not.toContain("dbz-database-server-name-removed");
    expect(readFileSync(join(folder, "s.json"), "utf8")).toContain('"topic.prefix": "shop"');
  });

  test("explains a rule", async () => {
    expect((await floe("--explain", "dbz-eos-version")).out).toContain("Debezium 3.3.0");
  });
});

test("five hundred files take two seconds of a processor at most", () => {
  const started = process.cpuUsage();
  const files = Array.from({ length: 500 }, (_, at) => {
    const id = {
      "database.server.id": String(at + 1),
      "topic.prefix": `p${at}`,
      "schema.history.internal.kafka.topic": `h${at}`,
    };
    const { text } =
      at % 2 === 0
        ? write("mysql", id)
        : write("iceberg", { topics: `p${at}.app.orders`, "iceberg.control.topic": `c${at}` });
    return readConfiguration({ file: `c${at}.json`, text });
  });
  judge({ files }, { definitions: loadDefinitions(newestVersions()), target: "production" });
  const { user, system } = process.cpuUsage(started);
  expect((user + system) / 1000).toBeLessThan(2000);
});
