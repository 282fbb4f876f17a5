import { describe, expect, test } from "vitest";
import { type Anomaly, hops, type RunVerdict } from "#core/verdict.ts";
import { noVersions } from "#core/versions.ts";
import { likelyCause } from "#report/causes.ts";
import { junitXml } from "#report/junit.ts";
import { annotations, markdownSummary } from "#report/markdown.ts";
import { redLines } from "#report/red.ts";
import { visibleText } from "#report/visible-text.ts";

const hostile = `<script>alert("x")</script> & 'quotes' \u202Ereversed\u202C \u0007bell 🦊 | \`code\``;

const anomaly = (over: Partial<Anomaly> = {}): Anomaly => ({
  class: "lost",
  hop: "kafka->sink",
  table: "salaries",
  key: "emp_no=1",
  count: 12,
  evidence: ["emp_no=1", "  mysql  60000", "  lake   no such row", "emp_no=2", "  mysql  1"],
  ...over,
});

const verdict = (anomalies: readonly Anomaly[], over: Partial<RunVerdict> = {}): RunVerdict => ({
  version: 1,
  verdict: "invalid",
  scenario: "faults/lost",
  seed: 7,
  runId: "r",
  rerun: "./floe scenario faults/lost --seed 7",
  runtime: "native",
  versions: noVersions,
  checks: [
    { name: "changelog", verdict: "invalid", anomalies },
    { name: "current-state", verdict: "invalid", anomalies: anomalies.map((each) => ({ ...each, count: 3 })) },
    { name: "positions", verdict: "valid", anomalies: [], note: "3 moves" },
  ],
  timings: { stackReadyMs: 1, seedMs: 1, actMs: 1, settleMs: 1, checkMs: 1, disposeMs: 1, totalMs: 5_500 },
  ...over,
});

describe("a red run on the console", () => {
  test("says once what several checks saw, the example, the cause, the file and the line to run it again", () => {
    const lines = redLines({ verdict: verdict([anomaly()]), folder: "runs/x" });
    expect(lines).toEqual([
      "  ✗ lost: 12 of salaries, at kafka->sink",
      "    salaries emp_no=1",
      "      mysql  60000",
      "      lake   no such row",
      expect.stringMatching(/^ {2}likely {2}a transform of the sink drops records/),
      "  open    runs/x/report.html",
      "  again   ./floe scenario faults/lost --seed 7",
    ]);
  });

  test("stays within 20 lines with its verdict, however much is wrong", () => {
    const many = Array.from({ length: 60 }, (_, at) =>
      anomaly({ table: `t${at}`, hop: hops[at % hops.length] ?? "kafka->sink", evidence: Array(9).fill("  line") }),
    );
    const lines = redLines({ verdict: verdict(many), folder: "runs/x" });
    expect(lines.length).toBeLessThanOrEqual(19);
    expect(lines.join("\n")).toContain("more kinds, in verdict.json");
  });
});

test("every class at every hop has a cause to look at", () => {
  for (const hop of hops) expect(likelyCause({ class: "lost", hop }).length).toBeGreaterThan(20);
});

describe("text from data is text", () => {
  const told = [verdict([anomaly({ key: hostile, evidence: [hostile, `  ${hostile}`] })])];

  test("in a terminal, where nothing steers it", () => {
    const text = redLines({ verdict: told[0] ?? verdict([]), folder: "f" }).join("\n");
    expect(text).toContain("\\u202ereversed");
    expect(text).toContain("🦊");
    expect(visibleText("a\u0000\u2066b\uD800\uFFFE")).toBe("a\\u0000\\u2066b\\ud800\\ufffe");
    expect(visibleText("line\n\ttab 👩‍🚒")).toBe("line\n\ttab 👩‍🚒");
  });

  test("in JUnit's XML", () => {
    const xml = junitXml(told);
    expect(xml).toContain("&lt;script&gt;alert(");
    expect(xml).not.toContain("<script>");
    expect(xml).toContain('tests="3" failures="2" errors="0"');
    expect(xml).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
  });

  test("in Markdown, where a code block holds whatever it is", () => {
    const text = markdownSummary(told);
    for (const line of text.split("\n").filter((each) => each.includes("<script>"))) expect(line).toMatch(/^ {4}/);
    expect(annotations(told)).toEqual([
      expect.stringMatching(/^::error title=invalid%3A faults\/lost::lost: 12 of salaries, at kafka->sink; /),
    ]);
  });
});

test("a run that broke is an error in JUnit and a warning on GitHub", () => {
  const broken = [verdict([], { verdict: "unknown", checks: [], error: ["CONNECTOR_FAILED: it died"] })];
  expect(junitXml(broken)).toContain('errors="1"');
  expect(annotations(broken)[0]).toBe("::warning title=unknown%3A faults/lost::CONNECTOR_FAILED: it died");
});
