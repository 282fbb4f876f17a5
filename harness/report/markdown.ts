import type { RunVerdict, VerdictName } from "#core/verdict.ts";
import { likelyCause } from "./causes.ts";
import { findingsOf } from "./findings.ts";
import { visibleText } from "./visible-text.ts";

/** Runs as Markdown, for a CI's summary page: a table of all, and what is wrong with each that is not valid. */
export function markdownSummary(verdicts: readonly RunVerdict[]): string {
  const rows = verdicts.map(
    ({ verdict, scenario, timings, seed }) =>
      `| ${signs[verdict]} ${verdict} | ${cell(scenario)} | ${seed} | ${(timings.totalMs / 1000).toFixed(1)} s |`,
  );
  const told = verdicts.filter(({ verdict }) => verdict !== "valid").map(detail);
  return ["| verdict | scenario | seed | time |", "|---|---|---|---|", ...rows, ...told, ""].join("\n");
}

const signs: Readonly<Record<VerdictName, string>> = { valid: "✅", "known-bug": "🟡", unknown: "❔", invalid: "❌" };

function detail({ scenario, checks, error, rerun }: RunVerdict): string {
  const findings = findingsOf(checks);
  const heads = findings.map(
    (finding) =>
      `- **${finding.class}**: ${finding.count} of ${cell(finding.table)}, at ${finding.hop}: ${cell(likelyCause(finding))}`,
  );
  const examples = findings.slice(0, 3).flatMap(({ table, evidence }) => [table, ...evidence.slice(0, 6), ""]);
  return [
    "",
    `### ${cell(scenario)}`,
    "",
    ...heads,
    ...(error === undefined ? [] : [fenced(error)]),
    ...(examples.length === 0 ? [] : [fenced(examples)]),
    "",
    `Run it again: \`${rerun}\``,
  ].join("\n");
}

/** Indented by four spaces, a line is text whatever it holds: a fence could be closed by the data. */
function fenced(lines: readonly string[]): string {
  return `\n${lines
    .flatMap((line) => line.split("\n"))
    .map((line) => `    ${visibleText(line)}`)
    .join("\n")}`;
}

function cell(text: string): string {
  return visibleText(text)
    .replaceAll(/[\\`*_{}[\]<>()#+!|~&-]/g, (character) => `\\${character}`)
    .replaceAll("\n", " ");
}

/** GitHub's annotations, a line each, for runs that are not valid. */
export function annotations(verdicts: readonly RunVerdict[]): string[] {
  return verdicts
    .filter(({ verdict }) => verdict === "invalid" || verdict === "unknown")
    .map(({ verdict, scenario, checks, error }) => {
      const [first] = findingsOf(checks);
      const what =
        first === undefined
          ? (error?.[0] ?? "")
          : `${first.class}: ${first.count} of ${first.table}, at ${first.hop}; ${likelyCause(first)}`;
      return `::${verdict === "invalid" ? "error" : "warning"} title=${property(`${verdict}: ${scenario}`)}::${data(what)}`;
    });
}

function data(text: string): string {
  return visibleText(text).replaceAll("%", "%25").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
