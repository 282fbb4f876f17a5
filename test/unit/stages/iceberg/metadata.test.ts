import { describe, expect, test } from "vitest";
import { ancestry, parseJson64, parseMetadata } from "#stages/iceberg/metadata.ts";

const text = `{"format-version": 2, "table-uuid": "u", "location": "s3://lake/t", "current-snapshot-id": 4185780073092417580,
  "snapshots": [
    {"snapshot-id": 7823910670711516882, "timestamp-ms": 1, "summary": {"operation": "append"}},
    {"snapshot-id": 5, "timestamp-ms": 2, "summary": {"operation": "append"}},
    {"snapshot-id": 4185780073092417580, "parent-snapshot-id": 7823910670711516882, "timestamp-ms": 3}]}`;

describe("a table's metadata", () => {
  test("keeps 64-bit ids that a number would round", () => {
    const { currentId, snapshots } = parseMetadata("t", parseJson64(text));
    expect(currentId).toBe(4185780073092417580n);
    expect(snapshots[0]?.id).toBe(7823910670711516882n);
  });

  test("has a history that leaves abandoned snapshots out", () => {
    expect(ancestry(parseMetadata("t", parseJson64(text))).map(({ id }) => id)).toEqual([
      4185780073092417580n,
      7823910670711516882n,
    ]);
  });

  test("of a table without snapshots has no current one, in both spellings", () => {
    for (const id of ["null", "-1"]) {
      const empty = parseMetadata(
        "t",
        parseJson64(`{"table-uuid": "u", "location": "l", "current-snapshot-id": ${id}}`),
      );
      expect(empty.currentId).toBeUndefined();
      expect(ancestry(empty)).toEqual([]);
    }
  });

  test("tells the columns of the current schema, structs with their fields", () => {
    const { columns, droppedColumns } = parseMetadata("t", {
      "table-uuid": "u",
      location: "l",
      "current-schema-id": 1,
      schemas: [
        {
          "schema-id": 0,
          fields: [
            { name: "id", type: "int", required: true },
            { name: "old", type: "string" },
          ],
        },
        {
          "schema-id": 1,
          fields: [
            { name: "id", type: "long", required: true },
            { name: "key", type: { type: "struct", fields: [{ name: "id", type: "long" }] }, required: false },
          ],
        },
      ],
    });
    expect(columns).toEqual([
      { name: "id", type: "long", required: true },
      { name: "key", type: "struct<id: long>", required: false },
    ]);
    expect(droppedColumns).toEqual(["old"]);
  });

  test("that is something else is refused", () => {
    expect(() => parseMetadata("t", { hello: 1 })).toThrow(/metadata of t/);
  });
});
