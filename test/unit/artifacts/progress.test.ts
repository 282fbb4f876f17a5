import { describe, expect, test } from "vitest";
import {
  byteCounter,
  type FetchProgress,
  foldProgress,
  type ProgressState,
  totalProgress,
} from "#artifacts/progress.ts";

const none: ProgressState = new Map();

describe("progress", () => {
  test("of several parts adds up; the newest of each part counts", () => {
    const told: FetchProgress[] = [
      { part: "kafka", step: "fetching", doneBytes: 0, totalBytes: 100 },
      { part: "mysql", step: "resolving", doneBytes: 0, totalBytes: 0 },
      { part: "kafka", step: "fetching", doneBytes: 60, totalBytes: 100 },
      { part: "duckdb", step: "fetching", doneBytes: 40, totalBytes: 40 },
    ];
    expect(totalProgress(told.reduce(foldProgress, none))).toEqual({
      doneBytes: 100,
      totalBytes: 140,
      busy: ["kafka", "mysql"],
    });
  });

  test("is told in steps worth telling, and at the very end", () => {
    const told: number[] = [];
    const count = byteCounter("kafka", 1_000_000, ({ doneBytes }) => told.push(doneBytes));
    for (let chunk = 0; chunk < 100; chunk++) count(10_000);
    expect(told).toEqual([0, 270_000, 540_000, 810_000, 1_000_000]);
  });
});
