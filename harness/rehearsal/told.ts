import type { Finding } from "#lint/rule.ts";
import { githubText, jsonText } from "#lint/tell/formats.ts";
import { findingLines } from "#lint/tell/text.ts";
import { bands, type Difference } from "./compare.ts";
import { fails, previewText, type ToldPipeline } from "./outcome.ts";
import type { Alone } from "./pairs.ts";
import type { Rehearsed } from "./rehearse.ts";

/** All that a check has to tell. */
export interface Told {
  readonly findings: readonly Finding[];
  readonly pipelines: readonly ToldPipeline[];
  readonly alone: readonly Alone[];
  /** Files that were looked at. */
  readonly files: readonly string[];
}

/** For a person at a console. */
export function toldLines(told: Told, { color }: { color: boolean }): string[] {
  return [
    ...findingLines(told.findings, { color }),
    ...told.pipelines.flatMap(pipelineLines),
    ...told.alone.map(({ connector, because }) => `NOT TRIED  ${connector.document.file}: ${because}`),
  ];
}

function pipelineLines(pipeline: ToldPipeline): string[] {
  const { run } = pipeline;
  const { mapped, notes } = run;
  const width = Math.max(0, ...mapped.map(({ end, key }) => end.length + key.length + 1));
  return [
    headline(run),
    ...reasons(run).map((line) => `  ${line}`),
    ...notes.map((line) => `  note: ${line}`),
    ...(mapped.length === 0 ? [] : ["  replaced, as it is of production:"]),
    ...mapped.map(
      ({ end, key, now, because }) => `    ${`${end} ${key}`.padEnd(width)}  ${now ?? "left out"} (${because})`,
    ),
    ...previewLines(pipeline),
    "",
  ];
}

function previewLines(pipeline: ToldPipeline): string[] {
  const { differences = [] } = pipeline;
  const text = previewText(pipeline);
  if (text !== undefined) return [`  preview: ${text}`, ...(text === "nothing changes" ? [`  (${bands})`] : [])];
  if (differences.length === 0) return [];
  const rows = differences.map(cells);
  const widths = head.map((title, at) =>
    Math.min(40, Math.max(title.length, ...rows.map((row) => (row[at] ?? "").length))),
  );
  const line = (row: readonly string[]) =>
    `    ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ")}`.trimEnd();
  return [`  preview: ${differences.length} differences`, line(head), ...rows.map(line), `  (${bands})`];
}

const head = ["what", "table", "of", "OLD", "NEW", "example"];

function cells({ what, table, name, old, new: fresh, example }: Difference): string[] {
  return [what, table, name, old, fresh, example ?? ""].map((cell) => short(cell));
}

/** For a pull request. */
export function toldMarkdown(told: Told): string {
  const findings = told.findings.map(
    ({ severity, file, line, rule, message }) =>
      `| ${severity} | ${cell(`${file}:${line}`)} | ${rule} | ${cell(message)} |`,
  );
  const lines = [
    ...(findings.length === 0 ? [] : ["| severity | where | rule | what |", "|---|---|---|---|", ...findings, ""]),
    ...told.pipelines.flatMap(pipelineMarkdown),
    ...told.alone.map(({ connector, because }) => `- **not tried** ${connector.document.file}: ${because}`),
  ];
  return `### floe check\n\n${lines.join("\n")}\n`;
}

function pipelineMarkdown(pipeline: ToldPipeline): string[] {
  const { run, differences } = pipeline;
  const mapping = run.mapped.map(
    ({ end, key, was, now, because }) =>
      `| ${end} | ${key} | ${cell(was ?? "")} | ${cell(now ?? "left out")} | ${because} |`,
  );
  return [
    `**${headline(run)}**`,
    "",
    ...reasons(run).map((line) => `- ${cell(line)}`),
    ...run.notes.map((line) => `- note: ${cell(line)}`),
    "",
    ...(differences === undefined ? [] : [...previewMarkdown(pipeline), ""]),
    ...(mapping.length === 0
      ? []
      : [
          `<details><summary>${mapping.length} settings of production were replaced</summary>`,
          "",
          "| end | key | in the file | in the rehearsal | because |",
          "|---|---|---|---|---|",
          ...mapping,
          "",
          "</details>",
          "",
        ]),
  ];
}

function previewMarkdown(pipeline: ToldPipeline): string[] {
  const text = previewText(pipeline);
  return [
    ...(text === undefined ? differenceTable(pipeline.differences ?? []) : [`Preview: ${text}.`]),
    "",
    `(${bands})`,
  ];
}

/** The table of a preview, in Markdown. */
export function differenceTable(differences: readonly Difference[]): string[] {
  const rows = differences.map((each) => `| ${cells(each).map(cell).join(" | ")} |`);
  return [`| ${head.join(" | ")} |`, `|${"---|".repeat(head.length)}`, ...rows];
}

/** Annotations for GitHub: findings at their lines, and pipelines that fail at their source's file. */
export function toldAnnotations({ findings, pipelines }: Told): string {
  const failing = pipelines.filter(fails).map(({ run }): Finding => {
    const place = { file: run.file, line: 1, column: 1, rule: "floe check", key: null, source: "" };
    const message = [headline(run), ...reasons(run)].join("\n");
    return { ...place, severity: "error", message, remedy: run.verdict?.rerun ?? "mend what is named above" };
  });
  return githubText([...findings, ...failing]);
}

/** For programs: `{failed, findings, pipelines, notTried}`. */
export function toldJson(told: Told, failed: boolean): string {
  const pipelines = told.pipelines.map(({ run, old, differences }) => ({
    ...run,
    // All of its rows: what matters of them is in the differences.
    behaviour: undefined,
    // Among all the others.
    findings: undefined,
    ...(differences === undefined
      ? {}
      : { differences, old: old === undefined ? null : { verdict: old.verdict, notTried: old.notTried } }),
  }));
  const notTried = told.alone.map(({ connector, because }) => ({ file: connector.document.file, because }));
  const findings: unknown = JSON.parse(jsonText(told.findings));
  return `${JSON.stringify({ failed, files: told.files, findings, pipelines, notTried }, undefined, 2)}\n`;
}

function headline({ name, verdict, notTried, rejected }: Rehearsed): string {
  if (notTried.length > 0) return `NOT TRIED  ${name}`;
  if (rejected.length > 0) return `REJECTED  ${name}`;
  return `${(verdict?.verdict ?? "unknown").toUpperCase()}  ${name}`;
}

function reasons({ notTried, rejected, verdict, folder }: Rehearsed): string[] {
  const anomalies = (verdict?.checks ?? []).flatMap(({ anomalies: found }) => found);
  return [
    ...notTried,
    ...rejected,
    ...(verdict?.error ?? []),
    ...anomalies.map(
      (each) =>
        `${each.class}: ${each.count} in ${each.table} at ${each.hop}, as ${short(each.evidence.slice(0, 3).join(" "))}`,
    ),
    ...(folder === undefined ? [] : [`evidence: ${folder}`]),
  ];
}

const most = 160;

function short(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll("\n", " ");
}
