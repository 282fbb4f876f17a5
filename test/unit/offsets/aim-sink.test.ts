import { expect, test } from "vitest";
import type { KafkaRecord } from "#core/ports.ts";
import { firstNotIn } from "#offsets/aim-sink.ts";
import { parseGtidSet } from "#stages/mysql/gtid-set.ts";
import { set } from "./literal.ts";

const record = (offset: number, source: object | null): KafkaRecord => ({
  topic: "p.shop.orders",
  partition: 0,
  offset: BigInt(offset),
  timestampMs: 0,
  key: null,
  value: source === null ? null : Buffer.from(JSON.stringify({ op: "c", source })),
  headers: [],
  producerId: -1n,
});

test("the first record that a set lacks is found behind snapshot rows and tombstones", async () => {
  const records = [
    record(0, { snapshot: "true", gtid: null }),
    record(1, { gtid: set("5") }),
    record(2, null),
    record(4, { gtid: set("6") }),
  ];
  expect((await firstNotIn(records, parseGtidSet(set("1-5"))))?.offset).toBe(4n);
  expect(await firstNotIn(records, parseGtidSet(set("1-6")))).toBeUndefined();
});

test("a streamed record without a GTID is refused: it would be passed over", async () => {
  await expect(firstNotIn([record(0, { gtid: null })], parseGtidSet(set("1-5")))).rejects.toMatchObject({
    code: "GTID_OFF",
  });
});
