import { expect, test } from "vitest";
import { nextSteps } from "#offsets/next.ts";
import type { Positions } from "#offsets/positions.ts";
import { positionLines } from "#offsets/tell.ts";
import { literal, set } from "./literal.ts";

const said = (positions: Positions) => nextSteps(positions).map(({ hop, text }) => `${hop}: ${text}`);
const broken = (positions: Positions) => nextSteps(positions).filter((step) => step.broken);

test("a pipeline that has done everything has nothing to come", () => {
  expect(said(literal())).toEqual([
    `mysql->debezium: would read on from ${set("1-100")}: nothing is to come`,
    "kafka->sink: has read everything",
    "sink->control topic: no announced file waits for its commit",
  ]);
});

test("what is to come is counted for each hop", () => {
  const topics = [{ topic: "p.shop.orders", partition: 0, begin: 0, end: 90, read: 80, waiting: 9 }];
  const lines = said(
    literal({
      mysql: { gtidExecuted: set("1-103") },
      sink: { data: topics },
      control: { pending: [{ table: "shop.orders", files: 2, rows: 8 }] },
    }),
  ).join("\n");
  expect(lines).toContain(`3 transactions, ${set("101-103")}`);
  expect(lines).toContain("would read 9 records, once it is resumed (STOPPED)");
  expect(lines).toContain("2 files, 8 rows of shop.orders");
});

test.each<[string, string, Positions]>([
  ["a purged binlog", "BINLOG_PURGED", literal({ mysql: { gtidPurged: set("1-101") } })],
  ["an empty schema history", "SCHEMA_HISTORY_EMPTY", literal({ schemaHistory: { first: null } })],
  [
    "a trimmed topic",
    "5 offsets are gone",
    literal({ sink: { data: [{ topic: "t", partition: 0, begin: 15, end: 90, read: 10, waiting: 75 }] } }),
  ],
  [
    "a topic that was made again",
    "as a topic made again does",
    literal({ sink: { data: [{ topic: "t", partition: 0, begin: 0, end: 3, read: 10, waiting: 0 }] } }),
  ],
  ["control events that expired unread", "are gone unread", literal({ control: { begin: 60, read: 50 } })],
  ["a coordinator that has committed nothing", "auto.offset.reset", literal({ control: { read: null } })],
  [
    "a control topic that was made again",
    "until control has grown from 3 to 48",
    literal({ control: { end: 3, read: 3 } }),
  ],
])("%s is told as what breaks", (_, words, positions) => {
  expect(
    broken(positions)
      .map(({ text }) => text)
      .join("\n"),
  ).toContain(words);
});

test("what is not known is told as such, with why", () => {
  const positions = { ...literal(), mysql: { unknown: "PART_NOT_GIVEN: MySQL was not given" } };
  expect(positionLines(positions).join("\n")).toContain("unknown: PART_NOT_GIVEN");
  expect(broken(positions)).toEqual([]);
  expect(broken({ ...literal(), schemaHistory: { unknown: "not given" } })).toEqual([]);
});
