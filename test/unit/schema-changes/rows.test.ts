import { describe, expect, test } from "vitest";
import { differingRows, opColumn } from "../../../bench/schema-changes/rows.ts";

const event = (op: "I" | "U" | "D", row: Readonly<Record<string, string | null>>) => ({ ...row, [opColumn]: op });
const differences = (
  mysql: readonly Readonly<Record<string, string | null>>[],
  events: readonly Readonly<Record<string, string | null>>[],
) => differingRows({ mysql, events, identity: "id" }).differences;

describe("rows of MySQL against the last events of the lake", () => {
  test("agree where the last event is the row, whatever came before it", () => {
    const events = [
      event("I", { id: "1", note: "old" }),
      event("U", { id: "1", note: "new" }),
      event("D", { id: "2" }),
    ];
    expect(differences([{ id: "1", note: "new" }], events)).toEqual([]);
  });

  test("agree where a number is written with other zeros, and where the lake has more columns", () => {
    expect(differences([{ id: "1", n: "10.50" }], [event("I", { id: "1", n: "10.5000", old: "x" })])).toEqual([]);
  });

  test("agree where a time is told with its zone", () => {
    const time = "2026-01-03 12:30:00";
    expect(differences([{ id: "1", at: time }], [event("I", { id: "1", at: `${time}+00` })])).toEqual([]);
  });

  test("differ in a value, a column, a row too few and a row too many", () => {
    const mysql = [
      { id: "1", note: "new", tier: "7" },
      { id: "2", note: null, tier: "7" },
    ];
    const events = [event("I", { id: "1", note: "old" }), event("I", { id: "3", note: "x" })];
    expect(differences(mysql, events)).toEqual([
      "#1 note: 'new' → 'old'",
      "#1 tier: '7' → no column",
      "#2 missing",
      "#3 still there",
    ]);
  });

  test("differ where 100 became 1, and where NULL became 0", () => {
    expect(differences([{ id: "1", n: "100" }], [event("I", { id: "1", n: "1" })])).toHaveLength(1);
    expect(differences([{ id: "1", n: null }], [event("I", { id: "1", n: "0" })])).toHaveLength(1);
  });
});
