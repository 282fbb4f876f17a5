import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { addressIn, mysqlLoginIn } from "#offsets/place.ts";
import { makePlan } from "#offsets/plan.ts";
import { readApplied, readPlan, writeApplied, writePlan } from "#offsets/plan-file.ts";
import { planLines } from "#offsets/tell-plan.ts";
import { literal, set } from "./literal.ts";

const folder = mkdtempSync(join(tmpdir(), "floe-plan-"));
const plan = makePlan({
  positions: literal(),
  aim: { end: "source", place: { gtids: set("1-80"), file: "b.000002", pos: 5_000 } },
  counts: [{ topic: "p.shop.orders", again: 25, rowsAgain: 20, skipped: 0, incomplete: false }],
  target: "there",
  pipeline: "src -> k -> snk",
});

test("a plan is read as it was written, and what became of it lies beside it", async () => {
  const file = join(folder, "plan.json");
  await writePlan(file, plan);
  expect(await readPlan(file)).toEqual(plan);
  expect(await readApplied(file)).toBeUndefined();
  await writeApplied(file, { appliedMs: 5, progress: "moved" });
  expect(await readApplied(file)).toEqual({ appliedMs: 5, progress: "moved" });
});

test("what is no plan, and where none can be written, is told", async () => {
  const other = join(folder, "other.json");
  writeFileSync(other, '{"version":1}');
  await expect(readPlan(other)).rejects.toMatchObject({ code: "PLAN_UNREADABLE" });
  await expect(readPlan(join(folder, "none.json"))).rejects.toMatchObject({ code: "PLAN_UNREADABLE" });
  await expect(writePlan(join(folder, "none", "plan.json"), plan)).rejects.toMatchObject({ code: "PLAN_UNWRITABLE" });
});

test("a plan is told by what moves, what stays and why, and how much comes twice", () => {
  const lines = planLines(plan).join("\n");
  expect(lines).toContain("moves  the offset of src");
  expect(lines).toContain("stays  the sink's data group: ");
  expect(lines).toContain("shop.orders: 25 records come again in p.shop.orders, 20 rows will stand twice");
});

test("addresses are read with or without a scheme, and what is none is refused", () => {
  expect(addressIn("--connect", "http://worker:8083/")).toEqual({ host: "worker", port: 8083 });
  expect(addressIn("--kafka", "broker:9092")).toEqual({ host: "broker", port: 9092 });
  expect(mysqlLoginIn("mysql://me:p%40ss@db:3307")).toEqual({
    address: { host: "db", port: 3307 },
    user: "me",
    password: "p@ss",
  });
  expect(() => addressIn("--kafka", "broker")).toThrow(expect.objectContaining({ code: "ADDRESS" }));
  expect(() => mysqlLoginIn("db:3306")).toThrow(expect.objectContaining({ code: "ADDRESS" }));
});
