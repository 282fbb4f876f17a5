import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { schemaChanges } from "#fixtures/schema-changes/all.ts";
import { changes, rowsText } from "../../../bench/schema-changes/document.ts";

describe("the table of schema changes", () => {
  const [stream = "", snapshot = ""] =
    readFileSync("docs/schema-changes.md", "utf8").split("## In the stream")[1]?.split("## Around the snapshot") ?? [];

  test.for(schemaChanges)("tells of $id, once in each part", ({ id }) => {
    for (const part of [stream, snapshot]) expect(part.split(`\`${id}\``)).toHaveLength(2);
  });

  test("tells of nothing else", () => {
    const told = [...stream.matchAll(/`([a-z0-9-]+)`(?= |\s*\|)/g)].map(([, id]) => id);
    expect(told.map(String).sort((a, b) => a.localeCompare(b))).toEqual(
      schemaChanges.map(({ id }) => id).sort((a, b) => a.localeCompare(b)),
    );
  });

  test("has an id for each change", () =>
    expect(new Set(schemaChanges.map(({ id }) => id)).size).toBe(schemaChanges.length));
});

describe("a cell", () => {
  const before = new Map([
    ["id", "int"],
    ["amount", "int"],
    ["note", "string"],
  ]);

  test("says what came, went and changed", () => {
    const after = new Map([
      ["id", "int"],
      ["amount", "long"],
      ["tier", "int"],
    ]);
    expect(changes(before, after)).toEqual(["− note", "+ tier int", "amount int → long"]);
  });

  test("says that columns moved", () => {
    const after = new Map([...before].toReversed());
    expect(changes(before, after)).toEqual(["order note, amount, id"]);
  });

  test("says nothing of what is as it was", () => expect(changes(before, new Map(before))).toEqual([]));

  test("counts the rows that differ, and shows three", () => {
    const differences = ["#1 a: '1' → NULL", "#1 b: '1' → NULL", "#2 missing", "#3 still there"];
    expect(rowsText({ rows: 5, differences })).toBe(
      "**3 of 5 rows differ**: #1 a: '1' → NULL, #1 b: '1' → NULL, #2 missing, and 1 more",
    );
    expect(rowsText({ rows: 5, differences: [] })).toBe("rows agree");
  });
});
