import { describe, expect, test } from "vitest";
import { FloeError } from "#core/errors.ts";
import { pipelineVariables, resolveVariables } from "#stages/connect/variables.ts";
import { specOf } from "../spec.ts";

describe("a variable", () => {
  test("is replaced wherever it stands, and Connect's own are left to Connect", () => {
    const settings = { a: "x-${floe:one}-${floe:two}", b: "${file:/secrets:password}" };
    const resolved = resolveVariables({ file: "f", settings }, { one: "1", two: "2" });
    expect(resolved).toEqual({ a: "x-1-2", b: "${file:/secrets:password}" });
  });

  test("is replaced in a setting's name, too", () => {
    const settings = { "snapshot.select.statement.overrides.${floe:db}.salaries": "SELECT 1" };
    const resolved = resolveVariables({ file: "f", settings }, { db: "d1" });
    expect(resolved).toEqual({ "snapshot.select.statement.overrides.d1.salaries": "SELECT 1" });
  });

  test("that nobody knows is an error that names file and key, and the one that was meant", () => {
    const resolve = () =>
      resolveVariables({ file: "f.json", settings: { topics: "${floe:pipeline.topic}" } }, pipelineVariables(specOf()));
    expect(resolve).toThrow(FloeError);
    try {
      resolve();
    } catch (error) {
      expect(error).toMatchObject({
        code: "VARIABLE_UNRESOLVED",
        blame: "usage",
        remedy: "did you mean ${floe:pipeline.topics}?",
        evidence: ["f.json: topics"],
      });
    }
  });

  test("never shows another one's value in an error", () => {
    const resolve = () =>
      resolveVariables({ file: "f", settings: { a: "${floe:nope}" } }, { "mysql.password": "hush" });
    try {
      resolve();
    } catch (error) {
      expect(JSON.stringify(error)).not.toContain("hush");
    }
    expect(resolve).toThrow();
  });

  test("names only the tables that the projection lets through", () => {
    const { projection } = specOf();
    const variables = pipelineVariables(specOf({ projection: { ...projection, excludeTables: ["salaries"] } }));
    expect(variables["pipeline.tables"]).toBe("employees_r1.employees");
    expect(variables["pipeline.topics"]).toBe("r1.employees_r1.employees");
  });
});
