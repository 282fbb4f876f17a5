import { describe, expect, test } from "vitest";
import { evidenceBlocks } from "#report/findings.ts";
import { extractsOf } from "#report/html/extracts.ts";
import { headlineOf } from "#report/html/headline.ts";
import { readHistory, readVerdict } from "#report/html/history-lines.ts";
import { logTime } from "#report/html/log-times.ts";
import { sameValue } from "#report/html/same-value.ts";
import { anomalies, beganWallMs, runHistory, verdictWith } from "./scenes.ts";

describe("a history", () => {
  const lines = runHistory({ totalMs: 40_000, killed: true }).map((event) => JSON.stringify(event));
  test("is read event by event", () => {
    expect(readHistory(`${lines.join("\n")}\n`)).toMatchObject({ events: { length: lines.length }, broken: 0 });
  });
  test("is read as far as it goes where the harness was killed while it wrote", () => {
    const cut = `${lines.join("\n")}\n{"seq":99,"wallMs":17952`;
    expect(readHistory(cut)).toMatchObject({ events: { length: lines.length }, broken: 1 });
    expect(readHistory("")).toEqual({ events: [], broken: 0 });
  });
  test("leaves out lines that are no event", () => {
    expect(readHistory('{"type":"rows","seq":1,"wallMs":1,"monoMs":1,"rows":{"mysql":"many"}}\n[]\n')).toEqual({
      events: [],
      broken: 2,
    });
  });
});

describe("why a verdict is what it is", () => {
  const { events } = { events: runHistory({ totalMs: 40_000, killed: true }) };
  test("is what went wrong, with table and hop", () => {
    const { reason } = headlineOf({ events, verdict: verdictWith("invalid", anomalies, 40_000) });
    expect(reason[1]).toBe("41 × lost in salaries, at mysql → kafka, the first emp_no=10007");
  });
  test("is the environment's error before anything else", () => {
    const verdict = {
      ...verdictWith("unknown", [], 40_000),
      error: ["PORT_TAKEN: mysql could not start", "  try  again"],
    };
    expect(headlineOf({ events, verdict }).reason[0]).toBe("PORT_TAKEN: mysql could not start");
  });
  test("is that all checks hold", () => {
    expect(headlineOf({ events, verdict: verdictWith("valid", [], 40_000) }).reason).toEqual([
      "Every check holds: current-state, changelog.",
    ]);
  });
  test("is told as cut off where there is no verdict", () => {
    const headline = headlineOf({ events, verdict: undefined });
    expect(headline).toMatchObject({ verdict: "unknown", scenario: "faults/connect-worker-killed", seed: 564330 });
    expect(headline.reason[0]).toContain("cut off");
    expect(headlineOf({ events: [], verdict: undefined })).toMatchObject({ verdict: "unknown", totalMs: 0 });
  });
  test("is none of a file that is cut off", () => {
    expect(readVerdict('{"version": 1, "verdict": "va')).toBeUndefined();
    expect(readVerdict(JSON.stringify(verdictWith("valid", [], 1)))).toMatchObject({ verdict: "valid" });
  });
});

describe("a check's evidence", () => {
  test("is a block of lines for each example", () => {
    expect(evidenceBlocks(anomalies[1] ?? fail())).toEqual([
      { key: "emp_no=10007", lines: ["insert gtid 46bb:34", "stages ledger: 1 times; topic: 0 times"] },
      { key: "emp_no=10008", lines: ["stages ledger: 1 times; topic: 0 times"] },
    ]);
  });
  test("is one block where it names no row by itself", () => {
    const anomaly = { ...(anomalies[1] ?? fail()), evidence: ["something odd", "  here"] };
    expect(evidenceBlocks(anomaly)).toEqual([{ key: "emp_no=10007", lines: ["something odd", "here"] }]);
  });
});

describe("two stages' values", () => {
  test.each([
    ["1996-01-01", "9496"],
    ["1999-12-31 23:59:59", "946684799000"],
    ["1999-12-31 23:59:59", "946684799000000"],
    ["1999-12-31 23:59:59", "1999-12-31T23:59:59Z"],
    ["1.500", "1.5"],
    ["1", "true"],
  ])("are the same: %s and %s", (mysql, other) => expect(sameValue(mysql, other)).toBe(true));
  test.each([
    ["1996-01-01", "9497"],
    ["60117", "60118"],
    ["a", "a "],
    [null, "NULL"],
    ["1", "1.0000001"],
  ])("differ: %s and %s", (mysql, other) => expect(sameValue(mysql, other)).toBe(false));
});

describe("a log line's time", () => {
  const local = new Date(2026, 10, 21, 15, 28, 20, 962).getTime();
  test.each([
    ["[2026-11-21 15:28:20,962] INFO Kafka Connect worker initializing", local],
    ["2026-11-21T15:28:20.973528Z 0 [System] [MY-015015] start.", Date.parse("2026-11-21T15:28:20.973Z")],
    ["15:28:20,962 |-INFO in ch.qos.logback", local],
    ["[s3proxy] I 11-21 15:28:20.962 main o.g.s.o", local],
    ["\tat org.apache.kafka.Thing.run(Thing.java:12)", undefined],
    ["[main] INFO org.apache.iceberg.CatalogUtil - Loading", undefined],
  ])("is read from %s", (line, time) => expect(logTime(line, local)).toBe(time));
});

describe("log extracts", () => {
  const stamp = (ms: number) => new Date(beganWallMs + ms).toISOString();
  test("have the loud lines around each event, with the lines of their stack", async () => {
    const lines = [
      `${stamp(1_000)} INFO long before`,
      ...Array.from({ length: 30 }, (_, at) => `${stamp(20_000 + at)} INFO chatter ${at}`),
      `${stamp(20_500)} ERROR the worker is gone`,
      "\tat Some.place(Some.java:1)",
    ];
    const events = runHistory({ totalMs: 40_000, killed: true });
    const { extracts, files } = await extractsOf({ events, logs: [{ server: "connect-1", lines }], beganWallMs });
    expect(extracts.map(({ title }) => title)).toEqual([
      "connect-1 killed; kill connect-1 after 500 operations: injected",
      "kill connect-1 after 500 operations: healed",
    ]);
    const [first] = extracts[0]?.servers ?? [];
    expect(first?.lines.map(({ text }) => text)).toContain(`${stamp(20_500)} ERROR the worker is gone`);
    expect(first?.lines.map(({ text }) => text)).not.toContain(`${stamp(1_000)} INFO long before`);
    expect(first).toMatchObject({ lines: { length: 7 }, more: 24 });
    expect(files).toEqual([{ name: "connect-1", lines: 33, timed: true }]);
  });
  test("say which logs carry no time", async () => {
    const { files } = await extractsOf({
      events: [],
      logs: [{ server: "catalog", lines: ["[main] INFO here"] }],
      beganWallMs,
    });
    expect(files).toEqual([{ name: "catalog", lines: 1, timed: false }]);
  });
});

function fail(): never {
  return expect.fail("the scene has it");
}
