import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { type ControlEventType, controlEventTypes, decodeControlEvent } from "#stages/iceberg/control-topic.ts";

// One event of each type of a real run of each version, as it lay in the control topic.
const captured = z
  .record(z.string(), z.record(z.enum(controlEventTypes), z.object({ offset: z.string(), value: z.string() })))
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, "control-events.json"), "utf8")));

function event(version: string, type: ControlEventType) {
  const found = captured[version]?.[type];
  const value = Buffer.from(found?.value ?? "", "base64");
  return decodeControlEvent({
    topic: "c",
    partition: 0,
    offset: BigInt(found?.offset ?? 0),
    timestampMs: 0,
    headers: [],
    producerId: -1n,
    key: null,
    value,
  });
}

describe.each(["1.10.1", "1.11.0", "1.12.0"])("the control topic of Iceberg %s", (version) => {
  test.each(controlEventTypes)("has a readable %s", (type) => {
    expect(event(version, type)).toMatchObject({ type, group: "connect-r1-sink" });
    expect(event(version, type).commitId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  test("names the table and the files that a task has written", () => {
    const { table, files } = event(version, "DATA_WRITTEN");
    expect(table).toBe("employees_r1.t");
    expect(files).toEqual([
      {
        kind: "data",
        path: expect.stringMatching(/^s3:\/\/lake\/wh\/employees_r1\/t\/data\/.*\.parquet$/),
        records: 2n,
      },
    ]);
  });

  test("tells how far a task has read its partitions", () => {
    expect(event(version, "DATA_COMPLETE").assignments).toEqual([
      { topic: "r1.employees_r1.t", partition: 0, offset: 2n },
    ]);
  });

  test("keeps every digit of a snapshot's id", () => {
    const { snapshotId, table } = event(version, "COMMIT_TO_TABLE");
    expect(table).toBe("employees_r1.t");
    expect(snapshotId).toBeGreaterThan(BigInt(Number.MAX_SAFE_INTEGER));
  });
});

test("a record that is no control event is told with its offset and first bytes", () => {
  const record = {
    topic: "c",
    partition: 0,
    offset: 3n,
    timestampMs: 0,
    headers: [],
    producerId: -1n,
    key: null,
    value: Buffer.from("hello"),
  };
  expect(() => decodeControlEvent(record)).toThrow(/offset 3 of c/);
});
