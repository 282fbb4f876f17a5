import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { lockedVersions, readLock } from "#artifacts/lock.ts";
import { loadDefinitions, newestVersions, parts } from "#lint/definitions.ts";
import { fault } from "#lint/value.ts";

const folder = join(import.meta.dirname, "../../../harness/lint/keys/definitions");
const file = z.object({ version: z.string(), sha256: z.record(z.string(), z.string()) });
const lock = await readLock();
const locked = parts.flatMap((part) => lockedVersions(lock.parts, part).map((version) => ({ part, version })));

describe("the keys are those of the locked jars", () => {
  test.each(locked)("$part $version: npm run lint:keys was run since the lock file changed", ({ part, version }) => {
    const { sha256 } = file.parse(JSON.parse(readFileSync(join(folder, `${part}-${version}.json`), "utf8")));
    const own = (lock.parts[`${part}/${version}`] ?? []).map((artifact) => artifact.sha256);
    expect(Object.keys(sha256).length).toBeGreaterThan(0);
    for (const sum of Object.values(sha256)) expect(own).toContain(sum);
  });

  test("with what the documentation says of them", () => {
    const { kafka, ofClass } = loadDefinitions(newestVersions());
    expect(kafka("producer")?.["acks"]).toMatchObject({ default: "all" });
    expect(kafka("worker")?.["group.id"]).toMatchObject({ required: true });
    expect(ofClass("io.debezium.connector.mysql.MySqlConnector")?.["snapshot.mode"]?.values).toContain("no_data");
    expect(ofClass("org.apache.iceberg.connect.IcebergSinkConnector")?.["iceberg.control.topic"]?.default).toBe(
      "control-iceberg",
    );
  });
});

describe("versions that were not extracted", () => {
  const versionsFor = (debezium: string) => loadDefinitions({ ...newestVersions(), debezium });
  test("a beginning means the version that begins so", () => {
    expect(versionsFor("3.5").versions.debezium).toBe("3.5.0.Final");
    expect(versionsFor("3.5").standIns).toEqual([]);
  });
  test("others are judged as what they are, by the keys of the nearest older one", () => {
    expect(versionsFor("3.4.2")).toMatchObject({
      versions: { debezium: "3.4.2" },
      standIns: [{ taken: "3.3.1.Final" }],
    });
    expect(versionsFor("2.7").standIns).toMatchObject([{ taken: "3.3.1.Final" }]);
  });
});

describe("a value is held against its definition", () => {
  test.each([
    ["1", { type: "int", bounds: "[1,...]" }, undefined],
    ["0", { type: "int", bounds: "[1,...]" }, "expected 1 or more"],
    ["9", { type: "int", bounds: "[0,...,8]" }, "expected 8 or less"],
    ["3000000000", { type: "int" }, "expected a number of 32 bits"],
    ["1.5", { type: "long" }, "expected a whole number (long)"],
    ["yes", { type: "boolean" }, "expected true or false"],
    ["TRUE", { type: "boolean" }, undefined],
    ["x", { type: "double" }, "expected a number"],
    ["b", { type: "string", bounds: "[a, b]" }, undefined],
    ["B", { type: "string", bounds: "[a, b]" }, "expected one of a, b"],
    ["B", { type: "string", bounds: "(case insensitive) [a, b]" }, undefined],
    ["a,c", { type: "list", bounds: "[a, b]" }, "expected one of a, b"],
    ["c", { type: "string", values: ["a"] }, "expected one of a"],
  ])("%s by %j", (value, definition, expected) => expect(fault(value, definition)).toBe(expected));
});
