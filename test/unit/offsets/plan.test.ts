import { expect, test } from "vitest";
import type { Aim } from "#offsets/aim.ts";
import { earliest } from "#offsets/aim-source.ts";
import { refuseOutOfDate } from "#offsets/basis.ts";
import type { TopicCount } from "#offsets/count.ts";
import { makePlan, refuseImpossible } from "#offsets/plan.ts";
import type { Positions } from "#offsets/positions.ts";
import { movedEnd, parseTarget } from "#offsets/target.ts";
import { literal, set } from "./literal.ts";

const topic = "p.shop.orders";
const count = (parts: Partial<TopicCount>): TopicCount => ({
  topic,
  again: 0,
  rowsAgain: 0,
  skipped: 0,
  incomplete: false,
  ...parts,
});
const toSet = (gtids: string): Aim => ({ end: "source", place: { gtids, file: "b.000002", pos: 5_000 } });
const toOffset = (offset: number, trimmed = false): Aim => ({
  end: "sink",
  offsets: [{ topic, partition: 0, offset, trimmed }],
  snapshot: undefined,
});
const plan = (positions: Positions, aim: Aim, counts: readonly TopicCount[] = []) =>
  makePlan({ positions, aim, counts, target: "there", pipeline: "src -> k -> snk" });
const refusal = (positions: Positions, aim: Aim) => {
  try {
    refuseImpossible(positions, aim);
    return "none";
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
};

test("a source that goes back moves alone, begins at a transaction's start, and tells what comes twice", () => {
  const made = plan(literal(), toSet(set("1-80")), [count({ again: 25, rowsAgain: 20 })]);
  expect(made.moves).toEqual([
    {
      kind: "source",
      connector: "src",
      server: "p",
      from: { file: "b.000002", pos: 5_000, gtids: set("1-100"), server_id: 1 },
      to: { file: "b.000002", pos: 5_000, gtids: set("1-80") },
    },
  ]);
  expect(made.twice).toEqual([{ table: "shop.orders", topic, records: 25, rows: 20 }]);
  expect(made.stays.map(({ position }) => position)).toContain("the sink's data group");
});

test("a source that goes forward tells what never comes", () => {
  const positions = literal({ source: { offset: { file: "b.000001", pos: 9, gtids: set("1-50") } } });
  const made = plan(positions, toSet(set("1-80")), [count({ skipped: 12 })]);
  expect(made.never).toEqual([{ table: "shop.orders", topic, records: 12 }]);
  expect(made.twice).toEqual([]);
});

test("a sink that goes back moves its data group alone", () => {
  const made = plan(literal(), toOffset(30), [count({ again: 60, rowsAgain: 55 })]);
  expect(made.moves).toEqual([{ kind: "group", group: "connect-snk", topic, partition: 0, from: 90, to: 30 }]);
  expect(made.stays.map(({ position }) => position)).toEqual([
    "the source's offset",
    "the coordinator's group on the control topic",
  ]);
});

test("of a table that was rolled back only what it still has, and what it is about to take in, stands twice", () => {
  const rolledBack: Aim = {
    end: "sink",
    offsets: [{ topic, partition: 0, offset: 30, trimmed: false }],
    snapshot: { id: "5", table: "shop.orders", laterRows: 0 },
  };
  const counts = [count({ again: 60, rowsAgain: 55 })];
  expect(plan(literal(), rolledBack, counts).twice[0]?.rows).toBe(0);
  const pending = literal({ control: { pending: [{ table: "shop.orders", files: 1, rows: 4 }] } });
  expect(plan(pending, rolledBack, counts).twice[0]?.rows).toBe(4);
  const still: Aim = { ...rolledBack, snapshot: { id: "5", table: "shop.orders", laterRows: 55 } };
  expect(plan(literal(), still, counts).notes.join()).toContain("roll shop.orders back to 5");
});

test("where everything is already there is no plan", () => {
  expect(() => plan(literal(), toSet(set("1-100")))).toThrow(expect.objectContaining({ code: "NOTHING_TO_MOVE" }));
  expect(() => plan(literal(), toOffset(90))).toThrow(expect.objectContaining({ code: "NOTHING_TO_MOVE" }));
});

test.each<[string, string, Positions, Aim]>([
  ["transactions that are yet to come", "TARGET_NOT_REACHED", literal(), toSet(set("1-101"))],
  [
    "transactions that MySQL has purged",
    "BINLOG_PURGED",
    literal({ mysql: { gtidPurged: set("1-60") } }),
    toSet(set("1-50")),
  ],
  ["a time before the tables were known", "TARGET_BEFORE_SCHEMA_HISTORY", literal(), toSet(set("1-9"))],
  [
    "a schema history without a record",
    "SCHEMA_HISTORY_EMPTY",
    literal({ schemaHistory: { first: null } }),
    toSet(set("1-80")),
  ],
  [
    "a schema history that has expired",
    "SCHEMA_HISTORY_TRIMMED",
    literal({ schemaHistory: { begin: 3 } }),
    toSet(set("1-80")),
  ],
  ["a source without an offset", "SOURCE_OFFSET_NONE", literal({ source: { offset: null } }), toSet(set("1-80"))],
  [
    "a source inside its initial snapshot",
    "SNAPSHOT_RUNNING",
    literal({ source: { offset: { file: "b.000001", pos: 4, snapshot: "INITIAL" } } }),
    toSet(set("1-80")),
  ],
  [
    "GTIDs where the source has none",
    "GTID_OFF",
    literal({ source: { offset: { file: "b.000001", pos: 4 } } }),
    toSet(set("1-80")),
  ],
  [
    "a binlog that is gone",
    "BINLOG_PURGED",
    literal({ source: { offset: { file: "b.000002", pos: 4 } } }),
    { end: "source", place: { gtids: null, file: "b.000000", pos: 4 } },
  ],
  [
    "MySQL that cannot be asked",
    "POSITION_UNKNOWN",
    { ...literal(), mysql: { unknown: "no answer" } },
    toSet(set("1-80")),
  ],
  ["records that have expired", "TOPIC_TRIMMED", literal(), toOffset(0, true)],
  ["an offset that no topic has", "TARGET_NOT_REACHED", literal(), toOffset(91)],
])("%s are refused", (_, code, positions, aim) => {
  expect(refusal(positions, aim)).toBe(code);
});

test("what can be reached is not refused", () => {
  expect(refusal(literal({ mysql: { gtidPurged: set("1-60") } }), toSet(set("1-80")))).toBe("none");
  expect(refusal(literal(), toOffset(30))).toBe("none");
});

test("the earliest place is what both the binlogs and the schema history reach back to", () => {
  const now = { gtids: set("1-100"), file: "b.000002", pos: 5_000 };
  expect(earliest(literal(), now).gtids).toBe(set("1-10"));
  expect(earliest(literal({ mysql: { gtidPurged: set("1-40") } }), now).gtids).toBe(set("1-40"));
});

test("a plan is out of date by what has moved, and not by time or by what MySQL writes on", () => {
  const made = plan(literal(), toSet(set("1-80")));
  const on = literal({
    source: { offset: { file: "b.000002", pos: 5_000, gtids: set("1-100"), server_id: 1, ts_sec: 9 } },
  });
  expect(() => refuseOutOfDate(made, { ...on, mysql: { unknown: "" } })).not.toThrow();
  const moved = literal({ source: { offset: { file: "b.000002", pos: 5_900, gtids: set("1-104") } } });
  expect(() => refuseOutOfDate(made, moved)).toThrow(
    expect.objectContaining({ code: "PLAN_OUT_OF_DATE", message: expect.stringContaining("the source's offset") }),
  );
  const back = plan(literal(), toOffset(30));
  expect(() => refuseOutOfDate(back, { ...literal(), tables: { value: [] } })).toThrow("the snapshot of shop.orders");
});

test("a target is read, and what says nothing is refused", () => {
  const now = Date.parse("2026-01-02T00:00:00Z");
  expect(parseTarget(`gtid=${set("1-3:4")}`, now)).toEqual({ kind: "gtid", set: set("1-4") });
  expect(parseTarget("time=2026-01-01T01:00:00+01:00", now)).toEqual({ kind: "time", ms: now - 86_400_000 });
  expect(parseTarget("earliest", now)).toEqual({ kind: "earliest" });
  for (const text of ["", "latest", "time=2026-01-03", "time=noon", "snapshot=x", "earliest=1"])
    expect(() => parseTarget(text, now), text).toThrow(expect.objectContaining({ code: "TARGET" }));
  expect(() => parseTarget("gtid=1-5", now)).toThrow(expect.objectContaining({ code: "GTID_SET" }));
});

test("one end moves: the source, unless a snapshot or the user asks for the sink", () => {
  expect(movedEnd({ kind: "earliest" }, "all")).toBe("source");
  expect(movedEnd({ kind: "earliest" }, "sink")).toBe("sink");
  expect(movedEnd({ kind: "snapshot", id: "1" }, "all")).toBe("sink");
  expect(() => movedEnd({ kind: "snapshot", id: "1" }, "source")).toThrow("does not say where the source was");
});
