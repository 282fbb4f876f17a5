import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { BinlogDecoder } from "#stages/mysql/binlog/decoder.ts";
import { makeTables } from "#stages/mysql/binlog/tables.ts";

// Events as MySQL 9.7.4 sent them: a table made, two rows inserted, one renumbered under a tagged GTID, both deleted in a
// compressed transaction, and one inserted by an XA transaction that was rolled back.
const events = z
  .array(z.string())
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, "events.json"), "utf8")))
  .map((hex) => Buffer.from(hex, "hex"));
const [afterDelete, xaPrepare, xaRollback] = [17, 22, 24];

function decoder(database = "db") {
  const decoders = (collation: number) => (collation === 63 ? undefined : (text: Buffer) => text.toString("utf8"));
  const tables = makeTables({ database, decoders, present: [] });
  return new BinlogDecoder({ from: { file: "binlog.000002", pos: 4 }, tables });
}

function decodeAll(from: number, to: number, database = "db") {
  const reading = decoder(database);
  for (const event of events.slice(0, 3)) reading.decode(event);
  const entries = events.slice(Math.max(from, 3), to).flatMap((event) => reading.decode(event));
  return { entries, position: reading.position };
}

describe("recorded events", () => {
  const { entries, position } = decodeAll(0, afterDelete);

  test("tell rows with their keys in the key's own order, NULL apart from the empty text", () => {
    expect(entries).toMatchObject([
      { kind: "statement", sql: expect.stringMatching(/^CREATE TABLE t /) },
      { kind: "insert", key: "b=é, a=4294967295", after: { a: "4294967295", b: "é", e: "y" }, row: 0, order: 0 },
      { kind: "insert", key: "b=, a=2", before: null, after: { a: "2", b: "", e: null }, row: 1, order: 1 },
      { kind: "delete", key: "b=, a=2", before: { a: "2", b: "", e: null }, after: null, row: 0, order: 0 },
      { kind: "insert", key: "b=, a=3", before: null, row: 0, order: 1 },
      { kind: "delete", key: "b=, a=3", row: 0, order: 0 },
      { kind: "delete", key: "b=é, a=4294967295", row: 1, order: 1 },
    ]);
  });

  test("tell where each is, with the GTID and the microsecond of its commit", () => {
    const [server] = (entries[0]?.gtid ?? "").split(":");
    expect(entries.map(({ gtid }) => gtid?.replace(server ?? "", "uuid"))).toEqual([
      "uuid:2",
      "uuid:3",
      "uuid:3",
      "uuid:tag:7",
      "uuid:tag:7",
      "uuid:4",
      "uuid:4",
    ]);
    const starts = new Map(events.map((event) => [event.readUInt32LE(13) - event.readUInt32LE(9), event[4]]));
    expect(entries.map(({ pos }) => starts.get(pos))).toEqual([2, 30, 30, 31, 31, 40, 40]);
    const times = entries.map(({ committedAtMs }) => committedAtMs);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    expect(times.every((time) => !Number.isInteger(time / 1000))).toBe(true);
    expect(position).toEqual({ file: "binlog.000002", pos: events[afterDelete - 1]?.readUInt32LE(13) });
  });

  test("tell nothing of another database", () => {
    expect(decodeAll(0, afterDelete, "another").entries).toEqual([]);
  });

  test("are not taken for whole when they are cut", () => {
    const insert = events[8] ?? Buffer.alloc(0);
    const reading = decoder();
    for (const event of events.slice(0, 8)) reading.decode(event);
    const cut = Buffer.concat([insert.subarray(0, insert.length - 12), insert.subarray(-4)]);
    expect(() => reading.decode(cut)).toThrow(/as long as its parts say/);
  });

  test("stop at rows whose table was not described, and at XA", () => {
    expect(() => decodeAll(8, 9)).toThrow(expect.objectContaining({ code: "BINLOG_TABLE_UNKNOWN" }));
    for (const at of [xaPrepare, xaRollback]) {
      expect(() => decodeAll(at, at + 1)).toThrow(expect.objectContaining({ code: "BINLOG_UNREADABLE" }));
    }
  });
});
