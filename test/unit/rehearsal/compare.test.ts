import { describe, expect, test } from "vitest";
import type { Behaviour, SeenRow } from "#rehearsal/behaviour.ts";
import { compare, type Side } from "#rehearsal/compare.ts";

const row = (of: SeenRow["of"], values: SeenRow["values"], kind = "insert"): SeenRow => ({
  key: `id=${values["id"]}`,
  kind,
  of,
  values,
});

const usual: Behaviour = {
  tables: {
    orders: {
      columns: { id: "INTEGER", price: "DECIMAL(38,2)", "_cdc.ts": "TIMESTAMP" },
      rows: [
        row({ snapshot: "id=1" }, { id: "1", price: "1.10", "_cdc.ts": "a" }),
        row({ operation: 0 }, { id: "2", price: "2.00", "_cdc.ts": "b" }),
        row({ operation: 1 }, { id: "2", price: "3.00", "_cdc.ts": "c" }, "update"),
      ],
    },
  },
  records: { orders: { snapshot: 1, insert: 1, update: 1 } },
  figures: { snapshots: 2, files: 2, visibleMs: 900, operationsPerSecond: 50 },
};

function side(change: Partial<Behaviour> = {}, verdict: Side["verdict"] = { verdict: "valid", checks: [] }): Side {
  return { behaviour: { ...usual, ...change }, verdict, refused: [] };
}

function orders(change: Partial<Behaviour["tables"][string]>): Partial<Behaviour> {
  const table = usual.tables["orders"] ?? { columns: {}, rows: [] };
  return { tables: { orders: { ...table, ...change } } };
}

const rows = usual.tables["orders"]?.rows ?? [];
const isVolatile = (column: string) => column === "_cdc.ts";
const differences = (fresh: Side, old = side()) => compare(old, fresh, isVolatile);
const brief = (fresh: Side, old = side()) =>
  differences(fresh, old).map(({ what, name, old: was, new: is }) => [what, name, was, is]);

describe("two runs of one workload", () => {
  test("nothing changes where everything is the same", () => {
    expect(differences(side())).toEqual([]);
  });

  test("what names a time is not compared, and neither is the order of rows", () => {
    const later = rows.map((each) => ({ ...each, values: { ...each.values, "_cdc.ts": "later" } })).toReversed();
    expect(differences(side(orders({ rows: later })))).toEqual([]);
  });

  test("a type and the values of its column are told, with the operation of the first", () => {
    const columns = { id: "INTEGER", price: "DOUBLE", "_cdc.ts": "TIMESTAMP" };
    const cheaper = rows.map((each) => ({
      ...each,
      values: { ...each.values, price: Number(each.values["price"]).toString() },
    }));
    const found = differences(side(orders({ columns, rows: cheaper })));
    expect(found.map(({ what, name }) => [what, name])).toEqual([
      ["columns", "price"],
      ["values", "price"],
    ]);
    expect(found[1]).toMatchObject({ old: "1.10", new: "1.1", example: "3 of 3 rows, the first: snapshot of id=1" });
  });

  test("rows that one side alone has are told by what they are", () => {
    expect(brief(side(orders({ rows: rows.slice(1) })))).toEqual([
      ["rows", "rows of the snapshot, in one alone", "1", "0"],
    ]);
    const twice = [...rows, ...rows.slice(2)];
    expect(brief(side(orders({ rows: twice })))).toEqual([["rows", "updates in one alone", "0", "1"]]);
  });

  test("one changed row of a key is found where the lake does not say which operation it was", () => {
    const unknown = (all: readonly SeenRow[]) => all.map((each) => ({ ...each, of: undefined }));
    const changed = rows.map((each, at) => (at === 2 ? { ...each, values: { ...each.values, price: "9.99" } } : each));
    const old = side(orders({ rows: unknown(rows) }));
    expect(brief(side(orders({ rows: unknown(changed).toReversed() })), old)).toEqual([
      ["values", "price", "3.00", "9.99"],
    ]);
  });

  test("a table that is not there, and records of its topic, are told", () => {
    expect(brief(side({ tables: {} }))).toEqual([["rows", "table", "3 rows", "no such table"]]);
    const records = { orders: { snapshot: 1, insert: 1, update: 1, tombstone: 4 } };
    expect(brief(side({ records }))).toEqual([["records", "tombstone in the topic", "0", "4"]]);
  });

  test("figures within their band are no difference, and beyond it they are", () => {
    expect(brief(side({ figures: { ...usual.figures, snapshots: 9, visibleMs: 2_500 } }))).toEqual([]);
    expect(brief(side({ figures: { ...usual.figures, snapshots: 40 } }))).toEqual([
      ["figures", "snapshots", "2", "40"],
    ]);
  });

  test("what the oracle found is counted by class, and a pipeline that failed is told", () => {
    const lost = {
      class: "lost",
      hop: "kafka->sink",
      table: "orders",
      key: "id=1",
      count: 3,
      evidence: ["id=1"],
    } as const;
    const checks = [{ name: "changelog", verdict: "invalid", anomalies: [lost] }] as const;
    expect(brief(side({}, { verdict: "invalid", checks }))).toEqual([
      ["pipeline", "verdict", "valid", "invalid"],
      ["delivery", "lost", "0", "3"],
    ]);
    const failed: Side = {
      behaviour: undefined,
      verdict: { verdict: "unknown", checks: [], error: ["CONNECTOR_FAILED: no"] },
      refused: [],
    };
    expect(brief(failed)).toEqual([["pipeline", "verdict", "valid", "unknown: CONNECTOR_FAILED: no"]]);
  });
});
