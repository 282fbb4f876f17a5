import { describe, expect, test } from "vitest";
import { FloeError } from "#core/errors.ts";
import { overlay, parseConnector, parseProperties, propertiesText } from "#stages/connect/configuration.ts";
import { connectorFile, workerProperties } from "#stages/connect/files.ts";
import { jsonErrorPlace } from "#stages/connect/json-place.ts";

function errorOf(run: () => unknown): FloeError {
  try {
    run();
  } catch (error) {
    if (error instanceof FloeError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("a connector's file", () => {
  test("is read in both of Connect's shapes, with numbers and booleans as text", () => {
    const settings = { "tasks.max": "1", flag: "true", topic: "t" };
    expect(parseConnector({ file: "c.json", text: '{"tasks.max": 1, "flag": true, "topic": "t"}' }).settings).toEqual(
      settings,
    );
    const wrapped = '{"name": "x", "config": {"tasks.max": "1", "flag": "true", "topic": "t"}}';
    expect(parseConnector({ file: "c.json", text: wrapped }).settings).toEqual(settings);
  });

  test("keeps what it says to the linter to itself", () => {
    const text = '{"_floe": {"off": ["unknown-key"]}, "topic": "t"}';
    expect(parseConnector({ file: "c.json", text }).settings).toEqual({ topic: "t" });
  });

  test("with a syntax error names file, line and column", () => {
    const error = errorOf(() => parseConnector({ file: "c.json", text: '{\n  "a": "b",\n  "c" "d"\n}' }));
    expect(error.code).toBe("CONNECTOR_SYNTAX");
    expect(error.evidence).toEqual(["c.json:3:7"]);
  });

  test("that is no map of settings is refused with what was expected", () => {
    for (const text of ["[]", "3", '{"a": {"b": 1}}', '{"a": null}']) {
      expect(errorOf(() => parseConnector({ file: "c.json", text })).code).toBe("CONNECTOR_SHAPE");
    }
  });
});

describe("the place of a JSON error", () => {
  test.each([
    ["", 1, 1],
    ['{"a": "x', 1, 9],
    ['{\n "a": 1,\n}', 3, 1],
    ['{"a": tru}', 1, 10],
    ['{\n// comment\n"a": 1}', 2, 1],
    ['{"a": 1}}', 1, 9],
  ])("in %j is line %i, column %i", (text, line, column) => {
    expect(jsonErrorPlace(text)).toEqual({ line, column });
  });
});

describe("a properties file", () => {
  test("is read without its comments, and written back", () => {
    const { settings } = parseProperties({ file: "w", text: "# why\na=1\n\n b.c = x=y\nempty=\n" });
    expect(settings).toEqual({ a: "1", "b.c": "x=y", empty: "" });
    expect(parseProperties({ file: "w", text: propertiesText(settings) }).settings).toEqual(settings);
  });

  test("with a line that is no setting names the line", () => {
    expect(errorOf(() => parseProperties({ file: "w", text: "a=1\nnonsense\n" })).evidence).toEqual(["w:2"]);
  });
});

describe("a profile", () => {
  test("wins over the base file, key by key", () => {
    const base = { file: "base", settings: { a: "1", b: "2" } };
    expect(overlay(base, { file: "fast", settings: { b: "3" } }).settings).toEqual({ a: "1", b: "3" });
  });

  test.each(["fast", "prod-like"] as const)("%s has the files that run", async (profile) => {
    expect((await connectorFile("mysql-source", profile)).settings["snapshot.mode"]).toBe("initial");
    expect((await connectorFile("iceberg-sink", profile)).settings["iceberg.kafka.auto.offset.reset"]).toBe("earliest");
    expect((await workerProperties(profile)).settings["exactly.once.source.support"]).toBe("enabled");
  });
});
