import { beforeEach, describe, expect, test } from "vitest";
import type { RunSql } from "#core/ports.ts";
import type { ReportData } from "#report/html/data.ts";
import { renderReport } from "#report/html/render.ts";
import { reportData } from "#report/html/report-data.ts";
import { type Duckdb, openDuckdb } from "#stages/duckdb/client.ts";
import { emptyEvidence, evidenceOfStream } from "./evidence-tables.ts";
import { plantHostileRow } from "./hostile-row.ts";
import { anomalies, beganWallMs, hostile, runHistory, verdictWith } from "./scenes.ts";

const totalMs = 40_000;
let duckdb: Duckdb;
beforeEach(async () => {
  duckdb = await openDuckdb({});
  const opened = duckdb;
  await emptyEvidence(opened);
  return () => opened[Symbol.dispose]();
});

describe("rows at every stage", () => {
  test("are counted from the evidence, and all stages end with the same", async () => {
    await stream({ operations: 300, seededRows: 5_000 });
    const { timeline } = await dataOf();
    expect(timeline.rows.exact).toBe(true);
    const { mysql, topic, lake } = timeline.rows;
    expect([mysql, topic, lake].map((series) => series.at(-1))).toEqual([5_300, 5_300, 5_300]);
    // MySQL is ahead of the topic, and the topic of the lake, at every moment.
    expect(mysql.every((rows, at) => rows >= (topic[at] ?? 0) && (topic[at] ?? 0) >= (lake[at] ?? 0))).toBe(true);
  });
  test("are those that were looked at where the evidence has none", async () => {
    const { timeline } = await dataOf();
    expect(timeline.rows.exact).toBe(false);
    expect(timeline.rows.mysql.at(-1)).toBe(5_000);
  });
  test("have the faults as bands, with their marks", async () => {
    const { timeline } = await dataOf();
    expect(timeline.faults).toEqual([
      expect.objectContaining({ fromMs: 20_000, toMs: 23_200, proof: "connect-1 was gone, and came back" }),
    ]);
    expect(timeline.marks.map(({ kind }) => kind)).toContain("schema");
  });
});

describe("the time from commit to visible", () => {
  test("is that of the snapshot that added the row's file", async () => {
    await one({ gtid: "'a:1'", ackedAtMs: 10_000, offset: 0, file: "f1" });
    await one({ gtid: "'a:2'", ackedAtMs: 11_000, offset: 1, file: "f1" });
    await one({ gtid: "'a:3'", ackedAtMs: 12_000, offset: 2, file: undefined });
    await file("f1", 77, 13_000);
    const { visible } = await dataOf();
    expect(visible).toMatchObject({ all: { count: 2, p50Ms: 2_000, maxMs: 3_000 }, operations: 3 });
    expect(visible?.bins.reduce((sum, bin) => sum + bin)).toBe(2);
  });
  test("pairs operations with records in their order where there is no GTID", async () => {
    await one({ gtid: "NULL", ackedAtMs: 10_000, offset: 0, file: "f1" });
    await one({ gtid: "NULL", ackedAtMs: 12_000, offset: 1, file: "f2" });
    await file("f1", 77, 11_000);
    await file("f2", 78, 16_000);
    expect((await dataOf()).visible).toMatchObject({ all: { count: 2, p50Ms: 1_000, maxMs: 4_000 } });
  });
  test("is unknown where no row can be followed", async () => {
    await one({ gtid: "'a:1'", ackedAtMs: 10_000, offset: 0, file: undefined });
    expect((await dataOf()).visible).toBeUndefined();
  });
});

describe("anomalies", () => {
  test("have their rows side by side, and what differs is marked", async () => {
    await plantHostileRow(duckdb);
    const [finding] = (await dataOf("invalid")).findings;
    const [example] = finding?.examples ?? [];
    expect(example?.columns.filter(({ lakeDiffers }) => lakeDiffers)).toEqual([
      { column: "note", mysql: "as it was", topic: "as it was", lake: hostile, topicDiffers: false, lakeDiffers: true },
    ]);
    expect(example?.lake).toEqual({ times: 1, kind: "insert", place: "partition 0, offset 900000, hostile.parquet" });
  });
  test("whose rows no stage has keep what the check saw", async () => {
    const [, lost] = (await dataOf("invalid")).findings;
    expect(lost?.examples[0]).toMatchObject({
      key: "emp_no=10007",
      columns: [],
      evidence: ["insert gtid 46bb:34", expect.any(String)],
    });
  });
});

describe("lives of rows", () => {
  const livesOf = async () => {
    const { lives } = await dataOf();
    const word = (place: number) => lives.words[place];
    return lives.rows.map(([, key, events]) => [key, events.map((event) => [word(event[0]), event[1], event[6]])]);
  };
  test("lead from MySQL over the record to the lake", async () => {
    await one({ gtid: "'a:1'", ackedAtMs: 10_000, offset: 4, file: "f1" });
    await file("f1", 77, 13_000);
    expect(await livesOf()).toEqual([
      [
        "id=1",
        [["insert", 10_000, [[0, 4, 10_100, expect.any(Number), [[expect.any(Number), 13_000, expect.any(Number)]]]]]],
      ],
    ]);
  });
  test("end where a stage has nothing, and show what came twice", async () => {
    await one({ gtid: "'a:1'", ackedAtMs: 10_000, offset: undefined, file: undefined });
    await one({ gtid: "'a:2'", ackedAtMs: 11_000, offset: 5, file: "f1" });
    await duckdb.run(`INSERT INTO lake SELECT * REPLACE ('f2' AS file) FROM lake`);
    const [[, events] = []] = await livesOf();
    expect(events).toEqual([
      ["insert", 10_000, []],
      ["insert", 11_000, [[0, 5, 11_100, expect.any(Number), [expect.any(Array), expect.any(Array)]]]],
    ]);
  });
  test("have the rows that only the lake has", async () => {
    await duckdb.run(`INSERT INTO lake VALUES ('t', NULL, NULL, NULL, 'insert', 'id=9', '{}', 'f')`);
    expect(await livesOf()).toEqual([["id=9", [["insert", null, [[-1, -1, null, -1, [expect.any(Array)]]]]]]]);
  });
  test("of 100,000 operations stay small, and keep the rows of anomalies", async () => {
    await stream({ operations: 100_000, seededRows: 0 });
    await plantHostileRow(duckdb);
    const report = await dataOf("invalid");
    expect(report.gaps).toEqual([]);
    expect(Buffer.byteLength(renderReport(report))).toBeLessThan(2_000_000);
    const keys = report.lives.rows.map(([, key]) => key);
    expect(keys).toEqual(expect.arrayContaining([`name=${hostile}`, "emp_no=10007", "emp_no=10008"]));
    expect(report.lives.changedKept).toBeLessThan(report.lives.changed);
    // Even: the sample's share of each tenth of the keys is about the same.
    const tenths = Map.groupBy(
      keys.filter((key) => key.startsWith("emp_no=")),
      (key) => Math.floor((Number(key.slice(7)) - 10_000) / 6_000),
    );
    const sizes = [...tenths.values()].map(({ length }) => length);
    expect(tenths.size).toBe(10);
    expect(Math.max(...sizes)).toBeLessThan(Math.min(...sizes) * 1.5);
  }, 60_000);
});

describe("evidence that is not there", () => {
  test("is named in the page, once each", async () => {
    const none: RunSql = async (sql) => {
      using empty = await openDuckdb({});
      return await empty.rows(sql);
    };
    const report = await dataOf("unknown", none);
    expect(report.gaps.toSorted()).toEqual(
      ["files", "lake", "ledger", "snapshots", "topics"].filter((name) => report.gaps.includes(name)),
    );
    expect(report.gaps).toEqual(expect.arrayContaining(["ledger", "topics", "snapshots", "files"]));
    expect(renderReport(report)).toContain("Not in the evidence");
  });
  test("leaves a page of a run with no event at all", async () => {
    const report = await reportData({
      history: { events: [], broken: 0 },
      verdict: undefined,
      configurations: [],
      logs: [],
      rows: duckdb.rows,
    });
    expect(report.gaps).toEqual([]);
    expect(renderReport(report)).toContain("cut off");
  });
});

describe("the page", () => {
  test("carries hostile text from every place as text", async () => {
    await stream({ operations: 50, seededRows: 10 });
    await plantHostileRow(duckdb);
    const report = await dataOf("invalid");
    const everywhere: ReportData = {
      ...report,
      headline: {
        ...report.headline,
        scenario: hostile,
        story: hostile,
        rerun: hostile,
        reason: [hostile, hostile],
        runId: hostile,
      },
      configurations: [{ name: hostile, entries: [[hostile, hostile]] }],
      extracts: [
        {
          atMs: 1,
          title: hostile,
          servers: [{ server: hostile, more: 1, lines: [{ atMs: 1, text: hostile, loud: true }] }],
        },
      ],
      logFiles: [{ name: hostile, lines: 1, timed: false }],
      gaps: [hostile],
    };
    const page = renderReport(everywhere);
    expect(page).not.toContain("<script>window.harmed");
    expect(page).not.toContain("<img");
    // Four of ours: two that run, two that carry data.
    expect(page.match(/<script/g)).toHaveLength(4);
    expect(page.match(/<\/script/g)).toHaveLength(4);
  });
  test("asks nobody for anything", async () => {
    const page = renderReport(await dataOf());
    expect(page).toContain("default-src &#39;none&#39;");
    expect(page.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:\/\/|@import|url\(/);
  });
});

async function stream({ operations, seededRows }: { operations: number; seededRows: number }): Promise<void> {
  await evidenceOfStream(duckdb, {
    beganWallMs,
    operations,
    seededRows,
    fromMs: totalMs * 0.3,
    toMs: totalMs * 0.75,
    commitEveryMs: 2_000,
  });
}

async function dataOf(
  verdict: "valid" | "invalid" | "unknown" = "valid",
  rows: RunSql = duckdb.rows,
): Promise<ReportData> {
  return reportData({
    history: { events: runHistory({ totalMs, killed: true }), broken: 0 },
    verdict: verdictWith(verdict, verdict === "invalid" ? anomalies : [], totalMs),
    configurations: [],
    logs: [],
    rows,
  });
}

interface OneOperation {
  readonly gtid: string;
  readonly ackedAtMs: number;
  readonly offset: number | undefined;
  readonly file: string | undefined;
}

/** An insert of the same row, with its record and its place in the lake where it has them. */
async function one({ gtid, ackedAtMs, offset, file }: OneOperation): Promise<void> {
  const at = beganWallMs + ackedAtMs;
  await duckdb.run(
    `INSERT INTO ledger SELECT count(*), 0, 'l', ${gtid}, NULL, NULL, 0, 't', 'insert', 'id=1', NULL, '{"id":"1"}', 'ok', ${at} FROM ledger`,
  );
  if (offset !== undefined)
    await duckdb.run(
      `INSERT INTO topics VALUES ('p.t', 0, ${offset}, ${at + 100}, 't', 'id=1', 'c', 'insert', ${gtid}, NULL, NULL, 0, false, ${at}, '{}')`,
    );
  if (file !== undefined)
    await duckdb.run(`INSERT INTO lake VALUES ('t', 'p.t', 0, ${offset}, 'insert', 'id=1', '{"id":1}', '${file}')`);
}

async function file(path: string, snapshot: number, atMs: number): Promise<void> {
  await duckdb.run(`INSERT INTO files VALUES ('t', '${path}', 'data', 1, 100, ${snapshot}, true)`);
  await duckdb.run(
    `INSERT INTO snapshots VALUES ('t', ${snapshot}, NULL, ${beganWallMs + atMs}, 'append', '{"added-records":"1"}', true)`,
  );
}
