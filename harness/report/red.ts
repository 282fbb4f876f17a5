import type { Anomaly, RunVerdict } from "#core/verdict.ts";
import { likelyCause } from "./causes.ts";
import { evidenceBlocks, findingsOf } from "./findings.ts";
import { visibleText } from "./visible-text.ts";

/** With the verdict's own line, 20. */
const linesMax = 19;

/**
 * A red run in at most 20 lines: what is wrong with how many rows of which tables, the first examples side by side, the hop,
 * the likely cause, the file to open and the line to run it again.
 */
export function redLines({ verdict, folder }: { verdict: RunVerdict; folder: string }): string[] {
  const findings = findingsOf(verdict.checks);
  const heads = findings.map(headOf);
  const causes = [...new Set(findings.map(likelyCause))].slice(0, 2);
  const tail = [
    ...causes.map((cause) => `  likely  ${cause}`),
    `  open    ${folder}/report.html`,
    `  again   ${verdict.rerun}`,
  ];
  const room = linesMax - tail.length;
  const shown = heads.slice(0, Math.max(3, room - 8));
  const hidden = heads.length - shown.length;
  const lines = hidden > 0 ? [...shown, `  and ${hidden} more kinds, in verdict.json`] : shown;
  return [...lines, ...examples(findings, room - lines.length), ...tail].map(visibleText);
}

function headOf({ class: anomaly, count, table, hop }: Anomaly): string {
  return `  ✗ ${anomaly}: ${count.toLocaleString("en")} of ${table}, at ${hop}`;
}

/** The first example of each finding in turn, as far as there is room: its key and what each stage has. */
function examples(findings: readonly Anomaly[], room: number): string[] {
  const lines: string[] = [];
  for (const finding of findings) {
    const [first] = evidenceBlocks(finding);
    const example =
      first === undefined ? [] : [`    ${finding.table} ${first.key}`, ...first.lines.map((line) => `      ${line}`)];
    if (lines.length + Math.min(3, example.length) > room) break;
    lines.push(...example.slice(0, room - lines.length));
  }
  return lines.map((line) => (line.length > 160 ? `${line.slice(0, 159)}…` : line));
}
