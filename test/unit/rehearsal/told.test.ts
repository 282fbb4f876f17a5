import { describe, expect, test } from "vitest";
import { noVersions } from "#core/versions.ts";
import type { Judging } from "#lint/judge.ts";
import type { Found } from "#lint/rule.ts";
import { changeFindings, changesOf } from "#rehearsal/changes.ts";
import { fails, provesNothing } from "#rehearsal/outcome.ts";
import { pairsOf } from "#rehearsal/pairs.ts";
import type { Rehearsed } from "#rehearsal/rehearse.ts";
import { toldAnnotations, toldJson, toldLines, toldMarkdown } from "#rehearsal/told.ts";
import { transplant } from "#rehearsal/transplant.ts";
import { fileOf, judging, pairOf } from "./pair.ts";

const run = (over: Partial<Rehearsed> = {}): Rehearsed => ({
  name: "source+sink",
  file: "source.json",
  mapped: transplant(pairOf()).mapped,
  notes: [],
  notTried: [],
  rejected: [],
  findings: [],
  verdict: undefined,
  folder: undefined,
  behaviour: {
    tables: {},
    records: {},
    figures: { snapshots: 0, files: 0, visibleMs: undefined, operationsPerSecond: undefined },
  },
  ...over,
});

const timings = { stackReadyMs: 0, seedMs: 0, actMs: 0, settleMs: 0, checkMs: 0, disposeMs: 0, totalMs: 0 };
const verdict = (name: "valid" | "invalid" | "unknown", error?: string) =>
  ({
    version: 1,
    verdict: name,
    scenario: "",
    seed: 1,
    runId: "",
    rerun: "",
    runtime: "",
    versions: noVersions,
    checks: [],
    timings,
    ...(error === undefined ? {} : { error: [error] }),
  }) as const;

const told = (differences: Parameters<typeof fails>[0]["differences"]) => ({
  findings: [],
  alone: [],
  files: ["source.json"],
  pipelines: [{ run: run({ verdict: verdict("valid") }), old: run(), differences }],
});

describe("what a check tells", () => {
  test("every output shows the mapping, and no output a secret", () => {
    for (const text of [
      toldLines(told(undefined), { color: false }).join("\n"),
      toldMarkdown(told(undefined)),
      toldJson(told(undefined), false),
    ]) {
      expect(text).toContain("database.hostname");
      expect(text).toContain("${floe:mysql.host}");
      expect(text).not.toMatch(/hunter/);
    }
  });

  test("what Connect rejected is told among the findings, once, and not again beside the run", () => {
    const place = { file: "sink.json", line: 9, column: 5, key: "tasks.max", at: { line: 9, column: 5 } };
    const rejection: Found = {
      ...place,
      rule: "connect-validate",
      severity: "error",
      message: "tasks.max: Not a number",
      remedy: "do what the message says",
      source: "Connect",
    };
    const rejected = run({ rejected: ["CONNECTOR_REJECTED: tasks.max"], findings: [rejection], behaviour: undefined });
    const all = {
      ...told(undefined),
      findings: [rejection],
      pipelines: [{ run: rejected, old: undefined, differences: undefined }],
    };
    expect(JSON.parse(toldJson(all, true))).toMatchObject({
      failed: true,
      findings: [{ file: "sink.json", line: 9, column: 5, rule: "connect-validate" }],
      pipelines: [{ rejected: ["CONNECTOR_REJECTED: tasks.max"] }],
    });
    for (const text of [toldJson(all, true), toldMarkdown(all), toldLines(all, { color: false }).join("\n")])
      expect(text.match(/Not a number/g)).toHaveLength(1);
    expect(toldAnnotations(all)).toContain("::error file=sink.json,line=9,col=5,title=connect-validate::");
  });

  test("that nothing changes is an answer", () => {
    expect(toldLines(told([]), { color: false }).join("\n")).toContain("preview: nothing changes");
    expect(toldMarkdown(told([]))).toContain("Preview: nothing changes.");
  });

  test("a difference is a line of a table, whatever is in it", () => {
    const one = [{ what: "values", table: "orders", name: "price", old: "a|b", new: "<c>\nd" }] as const;
    expect(toldMarkdown(told(one))).toContain("| values | orders | price | a\\|b | &lt;c> d |");
    expect(toldLines(told(one), { color: false }).join("\n")).toMatch(/values +orders +price +a\|b +<c> d/);
  });

  test("connectors that have nobody to run with are told, with the reason", () => {
    const files = [fileOf("source.json", "source")];
    const { alone } = pairsOf(files, new Set(["source.json"]), judging);
    expect(toldLines({ ...told(undefined), alone }, { color: false }).at(-1)).toMatch(
      /NOT TRIED {2}source\.json: no Iceberg sink/,
    );
  });
});

describe("what fails a check", () => {
  const one = (over: Partial<Rehearsed>) => ({ run: run(over), old: undefined, differences: undefined });

  test("a verdict that is not valid, a rejection, and what could not be tried", () => {
    expect(fails(one({ verdict: verdict("valid") }))).toBe(false);
    expect(fails(one({ verdict: verdict("invalid") }))).toBe(true);
    expect(fails(one({ rejected: ["CONNECTOR_REJECTED"], behaviour: undefined }))).toBe(true);
    expect(fails(one({ notTried: ["glue"], behaviour: undefined }))).toBe(true);
  });

  test("that neither side of a preview was run is no answer, and fails", () => {
    const untried = run({ notTried: ["glue"], behaviour: undefined });
    const pipelines = [{ run: untried, old: untried, differences: [] }];
    expect(pipelines.some(fails)).toBe(true);
    expect(toldMarkdown({ ...told([]), pipelines })).toContain("what changes is not known");
  });

  test("of a preview, what was wrong before is not the change's fault", () => {
    const wrong = { run: run({ verdict: verdict("invalid") }), old: run({ verdict: verdict("invalid") }) };
    expect(fails({ ...wrong, differences: [] })).toBe(false);
    expect(fails({ ...wrong, differences: [{ what: "delivery", table: "t", name: "lost", old: "0", new: "1" }] })).toBe(
      true,
    );
  });

  test("a connector that failed is the configuration's, a server that did is the environment's", () => {
    expect(provesNothing(one({ verdict: verdict("unknown", "CONNECTOR_FAILED: task 0") }))).toBe(false);
    expect(provesNothing(one({ verdict: verdict("unknown", "DISK_FULL: the disk") }))).toBe(true);
  });
});

describe("rules that two files show, and none alone", () => {
  type Over = Parameters<typeof pairOf>[0];
  const found = (over: Over, { before = {}, as = judging }: { before?: Over; as?: Judging } = {}) => {
    const [old, fresh] = [pairOf(before), pairOf(over)];
    return changeFindings(changesOf([old.source, old.sink], [fresh.source, fresh.sink]), as);
  };
  const rulesOf = (...asked: Parameters<typeof found>) => found(...asked).map(({ rule, line }) => `${rule}:${line}`);

  test("nothing is broken by a change of anything else", () => {
    expect(rulesOf({ source: { "max.batch.size": "10" } })).toEqual([]);
  });

  test.each([
    ["dbz-topic-prefix-renamed", { source: { "topic.prefix": "other" }, sink: { topics: "other.shop.orders" } }],
    ["iceberg-control-topic-recreated", { sink: { "iceberg.control.topic": "again" } }],
    ["iceberg-table-recreated", { sink: { "iceberg.tables.default-partition-by": "day(at)" } }],
  ])("%s", (rule, over) => {
    expect(rulesOf(over)).toEqual([expect.stringMatching(new RegExp(`^${rule}:[1-9]`))]);
  });

  test("dbz-tinyint-37-upgrade", () => {
    const on = (version: string) => ({ source: { "connector.plugin.version": version } });
    expect(rulesOf(on("[3.7.0.Final]"), { before: on("3.6.1.Final") })).toEqual([
      expect.stringMatching(/^dbz-tinyint-37-upgrade/),
    ]);
    expect(rulesOf(on("3.6.1.Final"), { before: on("3.6.0.Final") })).toEqual([]);
  });

  describe("are switched off, and weigh, as those of one file", () => {
    const rule = "iceberg-control-topic-recreated";
    const again = { sink: { "iceberg.control.topic": "again" } };

    test("by the new file, and not by the old one", () => {
      expect(rulesOf({ sink: { ...again.sink, _floe: { off: [rule] } } })).toEqual([]);
      expect(rulesOf(again, { before: { sink: { _floe: { off: [rule] } } } })).toHaveLength(1);
      expect(rulesOf({ sink: { ...again.sink, _floe: { off: ["iceberg-table-recreated"] } } })).toHaveLength(1);
    });

    test("by floe.lint.json", () => {
      expect(rulesOf(again, { as: { ...judging, severities: { [rule]: "off" } } })).toEqual([]);
      expect(found(again)).toMatchObject([{ severity: "error" }]);
      expect(found(again, { as: { ...judging, severities: { [rule]: "info" } } })).toMatchObject([
        { severity: "info" },
      ]);
    });
  });
});
