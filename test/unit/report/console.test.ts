import { expect, test } from "vitest";
import { progressTeller, summaryTable } from "#report/console.ts";

test("several runs are a table with where to look at each that is not valid, and how many came to what", () => {
  const rows = [
    { scenario: "baseline/one", verdict: "valid", totalMs: 12_345, see: "runs/one" },
    { scenario: "baseline/two", verdict: "invalid", totalMs: 9_000, see: "runs/two" },
    { scenario: "own/three", verdict: "unknown", totalMs: 100, see: "Connect rejects the configuration" },
    { scenario: "baseline/four", verdict: "valid", totalMs: 101_000, see: "runs/four" },
  ] as const;
  expect(summaryTable(rows, 6)).toEqual([
    "  ✓ valid        12.3 s  baseline/one",
    "  ✗ invalid       9.0 s  baseline/two",
    "      runs/two",
    "  ? unknown       0.1 s  own/three",
    "      Connect rejects the configuration",
    "  ✓ valid       101.0 s  baseline/four",
    "2 valid, 1 invalid, 1 unknown, 2 not run",
  ]);
});

test("two parts that are fetched side by side are told once for each quarter", () => {
  const told: string[] = [];
  const tell = progressTeller((text) => told.push(text));
  for (const doneBytes of [0, 1e6, 30e6, 31e6])
    for (const part of ["kafka", "debezium"]) tell({ part, step: "fetching", doneBytes, totalBytes: 100e6 });
  expect(told).toEqual([
    "fetching kafka: 0 % of 100 MB",
    "fetching debezium: 0 % of 100 MB",
    "fetching kafka: 25 % of 100 MB",
    "fetching debezium: 25 % of 100 MB",
  ]);
});
