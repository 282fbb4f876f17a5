import { afterEach, describe, expect, test, vi } from "vitest";
import { makeHappenings } from "#run/happenings.ts";
import { makeMoments, momentText } from "#run/moments.ts";
import type { SnapshotWord } from "#stages/debezium/signals.ts";
import type { ControlEvent, ControlEventType } from "#stages/iceberg/control-topic.ts";

describe("a moment on an event", () => {
  test("is the n-th of its kind and table, from the pipeline's start on", async () => {
    const { happenings, moments } = made();
    happenings.note(control("DATA_WRITTEN", "shop.people"));
    const second = moments.reached({ event: { control: "data-written", table: "people", nth: 2 } });
    happenings.note(control("DATA_WRITTEN", "shop.orders"));
    happenings.note(control("START_COMMIT"));
    expect(await isOpen(second)).toBe(true);
    happenings.note(control("DATA_WRITTEN", "shop.people"));
    expect(await second).toBe(true);
  });

  test("has come already when it was seen before anybody waited", async () => {
    const { happenings, moments } = made();
    happenings.note(control("COMMIT_COMPLETE"));
    expect(await moments.reached({ event: { control: "commit-complete" } })).toBe(true);
  });

  test("with operations before it counts only what comes after them", async () => {
    const { happenings, moments } = made();
    happenings.note(control("START_COMMIT"));
    const after = moments.reached({ event: { control: "start-commit" }, afterOperations: 100 });
    happenings.note(control("START_COMMIT"));
    moments.acknowledged(100);
    expect(await isOpen(after)).toBe(true);
    happenings.note(control("START_COMMIT"));
    expect(await after).toBe(true);
  });

  test("is a number of rows, a connector's or a task's state, a line of a log", async () => {
    const { happenings, moments } = made();
    const rows = moments.reached({ event: { rowsIn: "lake", reach: 10 } });
    const failed = moments.reached({ event: { connector: "sink", state: "FAILED" } });
    const line = moments.reached({ event: { log: "connect-1", line: /elected leader/ } });
    happenings.note({ kind: "rows", stage: "lake", rows: 9 });
    happenings.note({ kind: "connector", end: "sink", states: ["RUNNING", "RUNNING"] });
    happenings.note({ kind: "connector", end: "source", states: ["FAILED"] });
    happenings.note({ kind: "log", server: "connect-1", line: "Task elected nobody" });
    expect(await Promise.all([rows, failed, line].map(isOpen))).toEqual([true, true, true]);
    happenings.note({ kind: "rows", stage: "lake", rows: 12 });
    happenings.note({ kind: "connector", end: "sink", states: ["RUNNING", "FAILED"] });
    happenings.note({ kind: "log", server: "connect-1", line: "Task sink-0 elected leader" });
    expect(await Promise.all([rows, failed, line])).toEqual([true, true, true]);
  });

  test("is what one of the sink's tasks says", async () => {
    const { happenings, moments } = made();
    const second = moments.reached({ event: { control: "data-written", task: 1 } });
    happenings.note(control("DATA_WRITTEN", "shop.people"));
    happenings.note({ ...control("DATA_WRITTEN", "shop.people"), task: 0 });
    happenings.note({ ...control("START_COMMIT"), task: 1 });
    expect(await isOpen(second)).toBe(true);
    happenings.note({ ...control("DATA_WRITTEN", "shop.people"), task: 1 });
    expect(await second).toBe(true);
    expect(happenings.told()).toBe(
      "DATA_WRITTEN 1, DATA_WRITTEN of task 0 1, START_COMMIT of task 1 1, DATA_WRITTEN of task 1 1",
    );
  });

  test("is the source's stored offset past so many operations, or a place in the binlog", async () => {
    const { happenings, moments } = made();
    const offset = { kind: "source-offset", file: "binlog.000009", pos: 500, operations: 4 } as const;
    const counted = moments.reached({ event: { sourceOffset: { operations: 5 } } });
    const inFile = moments.reached({ event: { sourceOffset: { file: "binlog.000010" } } });
    const atPlace = moments.reached({ event: { sourceOffset: { file: "binlog.000009", pos: 501 } } });
    happenings.note(offset);
    expect(await Promise.all([counted, inFile, atPlace].map(isOpen))).toEqual([true, true, true]);
    happenings.note({ ...offset, pos: 501, operations: 5 });
    expect(await Promise.all([counted, atPlace])).toEqual([true, true]);
    expect(await isOpen(inFile)).toBe(true);
    happenings.note({ ...offset, file: "binlog.000010", pos: 4 });
    expect(await inFile).toBe(true);
  });

  test("is a step of a snapshot, of one table or of any", async () => {
    const { happenings, moments } = made();
    const chunk = { snapshot: "incremental", says: "in-progress" } as const;
    const any = moments.reached({ event: { ...chunk, nth: 2 } });
    const people = moments.reached({ event: { ...chunk, table: "people" } });
    const step = (says: SnapshotWord, table: string) =>
      happenings.note({ kind: "snapshot", note: { ...chunk, says, table: `shop.${table}` } });
    step("started", "people");
    step("in-progress", "orders");
    happenings.note({ kind: "snapshot", note: { ...chunk, snapshot: "initial", table: "shop.people" } });
    expect(await Promise.all([any, people].map(isOpen))).toEqual([true, true]);
    step("in-progress", "people");
    expect(await Promise.all([any, people])).toEqual([true, true]);
    expect(happenings.told()).toBe(
      "incremental snapshot started 1, incremental snapshot in-progress 2, initial snapshot in-progress 1",
    );
  });

  test("is the n-th request on a link of those that it is about", async () => {
    const { happenings, moments } = made();
    const put = { link: "sink->object-store", on: { kind: "put-data-file" }, nth: 2 } as const;
    const same = { ...put, nth: 1 } as const;
    const second = moments.reached({ event: put });
    const other = moments.reached({ event: same });
    happenings.note({ kind: "request", asked: put });
    expect(await Promise.all([second, other].map(isOpen))).toEqual([true, true]);
    happenings.note({ kind: "request", asked: put });
    expect(await second).toBe(true);
    expect(happenings.told()).toBe("put-data-file on sink->object-store 2");
  });

  test("that never comes is told, with what was seen instead", async () => {
    const happenings = makeHappenings();
    happenings.note(control("START_COMMIT"));
    const given = new AbortController();
    const waiting = happenings.reached({
      happening: { control: "data-written" },
      nth: 1,
      since: 0,
      signal: given.signal,
    });
    given.abort();
    expect(await waiting).toBe(false);
    expect(happenings.told()).toBe("START_COMMIT 1");
  });
});

describe("a moment in the act", () => {
  test("counts its time from the act's start, and does not come after its end", async () => {
    const { moments } = made();
    const at = moments.reached({ atMs: 1 });
    expect(await isOpen(at)).toBe(true);
    moments.begin();
    expect(await at).toBe(true);
    const late = moments.reached({ atMs: 60_000 });
    moments.end();
    expect(await late).toBe(false);
    expect(await moments.reached({ atMs: 1 })).toBe(false);
    expect(await moments.reached({ afterOperations: 5 })).toBe(false);
  });

  test("has words of its own", () => {
    expect(momentText({ afterOperations: 5 })).toBe("after 5 operations");
    expect(momentText({ event: { control: "data-written", table: "people", nth: 2 }, afterOperations: 5 })).toBe(
      "on number 2 of data-written of people after 5 operations",
    );
    expect(momentText({ event: { connector: "source", state: "FAILED" } })).toBe("on the source being FAILED");
    expect(momentText({ event: { control: "data-complete", task: 1 } })).toBe("on the first data-complete of task 1");
    expect(momentText({ event: { sourceOffset: { operations: 50 } } })).toBe(
      "on the source's offset past 50 operations",
    );
    expect(momentText({ event: { sourceOffset: { file: "binlog.000002" } } })).toBe(
      "on the source's offset past binlog.000002:0",
    );
    expect(momentText({ event: { snapshot: "incremental", says: "in-progress", table: "people", nth: 3 } })).toBe(
      "on number 3 of incremental snapshot in-progress of people",
    );
    expect(momentText({ event: { link: "sink->kafka", on: { api: "EndTxn" }, nth: 2 } })).toBe(
      "on number 2 of EndTxn on sink->kafka",
    );
  });
});

describe("a moment of a fault's part", () => {
  afterEach(() => void vi.useRealTimers());

  test("counts its time and its events from when the fault stands, in the act and after it", async () => {
    const { happenings, moments } = made();
    happenings.note(control("START_COMMIT"));
    moments.begin();
    moments.end();
    const came = moments.fromNow();
    const begun = came({ event: { control: "start-commit" } });
    expect(await Promise.all([came({ atMs: 1 }), came({ whenSettled: true })])).toEqual([true, true]);
    expect(await isOpen(begun)).toBe(true);
    happenings.note(control("START_COMMIT"));
    expect(await begun).toBe(true);
  });

  test("is waited for for a minute: the fault may hold up what it waits for", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { moments } = made();
    moments.begin();
    const came = moments.fromNow();
    const waiting = [came({ event: { control: "start-commit" } }), came({ afterOperations: 5 })];
    await vi.advanceTimersByTimeAsync(59_999);
    expect(await Promise.all(waiting.map(isOpen))).toEqual([true, true]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await Promise.all(waiting)).toEqual([false, false]);
  });
});

function made() {
  const happenings = makeHappenings();
  return { happenings, moments: makeMoments(happenings) };
}

/** Whether it is still waiting after everything that was due has been done. */
async function isOpen(waiting: Promise<boolean>): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<"open">();
  setImmediate(() => resolve("open"));
  return (await Promise.race([waiting, promise])) === "open";
}

function control(type: ControlEventType, table?: string) {
  const event: ControlEvent = {
    partition: 0,
    offset: 0n,
    producerId: 7n,
    type,
    group: "g",
    commitId: "c",
    timestampMs: 0,
    table,
    files: [],
    assignments: [],
    snapshotId: undefined,
    validThroughMs: undefined,
  };
  return { kind: "control", event } as const;
}
