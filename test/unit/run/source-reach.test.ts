import { expect, test } from "vitest";
import { makeSourceReach } from "#run/source-reach.ts";

const server = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
const place = { file: "binlog.000009", pos: 4 };

test("by GTIDs, those operations are behind the source whose transactions its offset has, up to the first that it lacks", () => {
  const transactions = [3, 1, 2].map((changes, at) => ({ gtid: `${server}:${at + 11}`, changes }));
  const reach = makeSourceReach({ transactions: () => transactions });
  expect(reach({ ...place, gtids: `${server}:1-10` })).toBe(0);
  expect(reach({ ...place, gtids: `${server}:1-11:13` })).toBe(3);
  expect(reach({ ...place, gtids: `${server}:1-13` })).toBe(6);
});

test("an offset that goes back takes nothing back, and what is written later counts, too", () => {
  const transactions = [{ gtid: `${server}:1`, changes: 5 }];
  const reach = makeSourceReach({ transactions: () => transactions });
  expect(reach({ ...place, gtids: `${server}:1` })).toBe(5);
  expect(reach({ ...place, gtids: "" })).toBe(5);
  transactions.push({ gtid: `${server}:2`, changes: 4 });
  expect(reach({ ...place, gtids: `${server}:1-2` })).toBe(9);
});

test("without GTIDs it goes by the binlog's file and position", () => {
  const at = (file: string, pos: number) => ({ gtid: undefined, place: { file, pos }, changes: 1 });
  const transactions = [at("binlog.000009", 100), at("binlog.000009", 200), at("binlog.000010", 50)];
  const reach = makeSourceReach({ transactions: () => transactions });
  expect(reach({ gtids: undefined, file: "binlog.000009", pos: 199 })).toBe(1);
  expect(reach({ gtids: undefined, file: "binlog.000009", pos: 200 })).toBe(2);
  expect(reach({ gtids: undefined, file: "binlog.000010", pos: 50 })).toBe(3);
});
