import { describe, expect, test } from "vitest";
import { schemaOf } from "#stages/debezium/record-schema.ts";

const bytes = (schema: object) => Buffer.from(JSON.stringify({ schema, payload: {} }));
const id = { type: "int32", optional: false, field: "id" };
const after = {
  type: "struct",
  optional: true,
  field: "after",
  fields: [
    id,
    { type: "string", optional: true, field: "note" },
    { type: "int32", optional: true, default: 5, field: "amount" },
    {
      type: "bytes",
      optional: true,
      name: "org.apache.kafka.connect.data.Decimal",
      parameters: { scale: "2", "connect.decimal.precision": "10" },
      field: "price",
    },
    { type: "string", optional: true, name: "io.debezium.data.Enum", parameters: { allowed: "a,b" }, field: "kind" },
  ],
};

describe("the schema of a record", () => {
  test("names the columns of key and row with their types, in their order", () => {
    const key = bytes({ type: "struct", fields: [id] });
    const value = bytes({ type: "struct", fields: [{ ...after, field: "before" }, after] });
    const found = schemaOf({ key, value });
    expect([...(found?.key ?? [])]).toEqual([["id", "int32 not null"]]);
    expect([...(found?.row ?? [])]).toEqual([
      ["id", "int32 not null"],
      ["note", "string"],
      ["amount", "int32 default 5"],
      ["price", "Decimal(10,2)"],
      ["kind", "Enum(a,b)"],
    ]);
  });

  test("is the row's own where it is unwrapped, and has no key where the table has none", () => {
    const found = schemaOf({ key: null, value: bytes({ type: "struct", fields: [id] }) });
    expect([...(found?.row ?? [])]).toEqual([["id", "int32 not null"]]);
    expect(found?.key.size).toBe(0);
  });

  test("is none of a tombstone", () => expect(schemaOf({ key: null, value: null })).toBeUndefined());
});
