import { expect, test } from "vitest";
import { matrixTable } from "#report/matrix-table.ts";

test("scenarios go down, version sets across, and what is not valid says where to look", () => {
  const [older, newer, clashing] = [{ iceberg: "1.11.0" }, { iceberg: "1.12.0" }, { iceberg: "1.7.1" }];
  const clash = { set: clashing, verdict: "clash", totalMs: 0, see: "Iceberg 1.7.1 cannot be used" } as const;
  const cells = [
    { scenario: "incidents/one", set: older, verdict: "known-bug", totalMs: 21_234, see: "runs/one/1" },
    { scenario: "incidents/another", set: older, verdict: "valid", totalMs: 9_000, see: "runs/another/1" },
    { scenario: "incidents/one", set: newer, verdict: "valid", totalMs: 101_000, see: "runs/one/2" },
    { scenario: "incidents/one", ...clash },
    { scenario: "incidents/another", ...clash },
  ] as const;
  expect(matrixTable(cells, 6)).toEqual([
    "  iceberg            1.11.0              1.12.0           1.7.1",
    "  incidents/one      ≈ known-bug 21.2 s  ✓ valid 101.0 s  cannot go together",
    "  incidents/another  ✓ valid 9.0 s                        cannot go together",
    "",
    "  known-bug incidents/one iceberg=1.11.0",
    "      runs/one/1",
    "  iceberg=1.7.1",
    "      Iceberg 1.7.1 cannot be used",
    "1 known-bug, 2 valid, 2 cannot go together, 1 not run",
  ]);
});

test("each axis has a line of its own", () => {
  const cell = { scenario: "baseline/one", verdict: "valid", totalMs: 1_000, see: "" } as const;
  const sets = [
    { iceberg: "1.11.0", kafka: "4.1.2" },
    { iceberg: "1.11.0", kafka: "4.3.1" },
  ];
  expect(
    matrixTable(
      sets.map((set) => ({ ...cell, set })),
      2,
    ).slice(0, 3),
  ).toEqual([
    "  iceberg       1.11.0         1.11.0",
    "  kafka         4.1.2          4.3.1",
    "  baseline/one  ✓ valid 1.0 s  ✓ valid 1.0 s",
  ]);
});
