import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { decodeRecord, rowOf } from "#stages/debezium/record.ts";

// Records of a real run (Debezium 3.6.1.Final, MySQL 9.7.4), as they lay in the topic: two rows of the snapshot, a
// transaction with an insert and an update, a delete, and a changed primary key.
const captured = z
  .record(z.string(), z.array(z.object({ offset: z.string(), key: z.string(), value: z.string().nullable() })))
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, "records.json"), "utf8")));

function decoded(name: string) {
  return (captured[name] ?? []).map(({ offset, key, value }) =>
    decodeRecord({
      topic: "t",
      partition: 0,
      offset: BigInt(offset),
      timestampMs: 0,
      headers: [],
      producerId: -1n,
      key: Buffer.from(key, "base64"),
      value: value === null ? null : Buffer.from(value, "base64"),
    }),
  );
}

const record = (key: unknown, value: unknown) => ({
  topic: "t",
  partition: 2,
  offset: 7n,
  timestampMs: 0,
  headers: [],
  producerId: -1n,
  key: key === null ? null : Buffer.from(JSON.stringify(key)),
  value: Buffer.from(typeof value === "string" ? value : JSON.stringify(value)),
});

describe("a record of the topic", () => {
  test("a key of decimals, as a precise BIGINT UNSIGNED is one, has MySQL's digits", () => {
    const decimal = (field: string, scale: string) => ({
      field,
      name: "org.apache.kafka.connect.data.Decimal",
      parameters: { scale },
    });
    const schema = { fields: [decimal("id", "0"), decimal("price", "2")] };
    const key = { schema, payload: { id: "AP//////////", price: "+C4=" } };
    const told = decodeRecord(record(key, { schema: {}, payload: { id: 1 } }));
    expect(told?.key).toBe("id=18446744073709551615, price=-20.02");
  });

  test("a delete that was unwrapped to nothing but its schema is a tombstone", () => {
    expect(decodeRecord(record(null, { schema: { type: "struct" }, payload: null }))).toBeUndefined();
  });

  test.each(["envelope with schemas", "envelope without schemas", "unwrapped with rewrite"])(
    "%s tells operation, key and place in the binlog",
    (name) => {
      const changes = decoded(name);
      const told = changes.filter((change) => change !== undefined).map(({ op, key }) => `${op} ${key}`);
      expect(told.slice(-6)).toEqual([
        expect.stringMatching(/^r id=[12]$/),
        "c id=3",
        "u id=1",
        "d id=2",
        "d id=3",
        "c id=30",
      ]);
      const update = changes.find((change) => change?.op === "u");
      expect(update).toMatchObject({
        table: "t",
        file: "binlog.000001",
        row: 0,
        snapshot: false,
      });
      expect(update && rowOf(update).after).toMatchObject({ id: 1, name: "eins" });
      expect(update?.gtid).toMatch(/^[0-9a-f-]{36}:\d+$/);
      const deleted = changes.find((change) => change?.op === "d");
      expect(deleted && rowOf(deleted)).toMatchObject({ before: { id: 2, name: "zwei" }, after: null });
    },
  );

  test("of the snapshot has no GTID and says that it is of the snapshot", () => {
    expect(decoded("envelope with schemas")[0]).toMatchObject({ op: "r", gtid: null, snapshot: true });
  });

  test("that is a tombstone says nothing", () => {
    expect(decoded("envelope with schemas").filter((change) => change === undefined)).toHaveLength(1);
  });

  test("keeps the digits of 64-bit integers", () => {
    const value = '{"op":"c","source":{"pos":4},"before":null,"after":{"id":9223372036854775807}}';
    expect(rowOf({ payload: value }).after).toEqual({ id: "9223372036854775807" });
    expect(decodeRecord({ ...record(null, value), key: Buffer.from('{"id":9223372036854775807}') })?.key).toBe(
      "id=9223372036854775807",
    );
  });

  test("with a date in its key spells it as MySQL does", () => {
    const fields = [{ field: "emp_no" }, { field: "from_date", name: "org.apache.kafka.connect.data.Date" }];
    const key = { schema: { type: "struct", fields }, payload: { emp_no: 10001, from_date: 6021 } };
    expect(decodeRecord(record(key, { op: "d", source: {}, before: {} }))?.key).toBe(
      "emp_no=10001, from_date=1986-06-27",
    );
  });

  test("that was unwrapped without any added field is a row that was written", () => {
    const change = decodeRecord(record(null, { id: 1, name: "x" }));
    expect(change).toMatchObject({ op: "w", key: "", gtid: null });
    expect(change && rowOf(change).after).toEqual({ id: 1, name: "x" });
  });

  test("that is no JSON names topic, partition, offset and its first bytes", () => {
    expect(() => decodeRecord(record(null, "\u0000\u0000\u0000\u0001avro"))).toThrow(/offset 7 of t, partition 2/);
  });
});
