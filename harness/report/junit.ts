import type { CheckVerdict, RunVerdict } from "#core/verdict.ts";
import { likelyCause } from "./causes.ts";
import { visibleText } from "./visible-text.ts";

/** Runs as JUnit's XML: a suite for each scenario, a case for each check; an unknown run is an error, a red check a failure. */
export function junitXml(verdicts: readonly RunVerdict[]): string {
  const suites = verdicts.map(suite);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="floe">\n${suites.join("\n")}\n</testsuites>\n`;
}

function suite(verdict: RunVerdict): string {
  const { scenario, checks, error, timings, rerun } = verdict;
  const cases = [
    ...checks.map((check) => testCase(scenario, check)),
    ...(error === undefined ? [] : [broken(scenario, error)]),
  ];
  const failures = checks.filter(isRed).length;
  const errors = checks.filter((check) => check.verdict === "unknown").length + (error === undefined ? 0 : 1);
  return `  <testsuite name=${quoted(scenario)} tests="${cases.length}" failures="${failures}" errors="${errors}" time="${seconds(timings.totalMs)}">
    <properties><property name="rerun" value=${quoted(rerun)}/><property name="verdict" value=${quoted(verdict.verdict)}/></properties>
${cases.join("\n")}
  </testsuite>`;
}

const isRed = ({ verdict }: CheckVerdict) => verdict === "invalid";

function testCase(scenario: string, check: CheckVerdict): string {
  const open = `    <testcase classname=${quoted(scenario)} name=${quoted(check.name)}`;
  if (check.verdict === "unknown") return `${open}><error message=${quoted(check.note ?? "unknown")}/></testcase>`;
  if (!isRed(check)) return `${open}/>`;
  const told = check.anomalies.map(
    (anomaly) =>
      `${anomaly.class}: ${anomaly.count} of ${anomaly.table}, at ${anomaly.hop}\n${anomaly.evidence.join("\n")}\nlikely: ${likelyCause(anomaly)}`,
  );
  const message = check.anomalies.map(({ class: anomaly, count, table }) => `${anomaly} ${count} ${table}`).join(", ");
  return `${open}><failure message=${quoted(message)}>${escaped(told.join("\n\n"))}</failure></testcase>`;
}

function broken(scenario: string, error: readonly string[]): string {
  return `    <testcase classname=${quoted(scenario)} name="run"><error message=${quoted(error[0] ?? "")}>${escaped(error.join("\n"))}</error></testcase>`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function quoted(text: string): string {
  return `"${escaped(text).replaceAll('"', "&quot;").replaceAll("\n", "&#10;")}"`;
}

function escaped(text: string): string {
  return visibleText(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
