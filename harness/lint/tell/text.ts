import { catalogue, rules, type Words } from "../catalogue.ts";
import { type Finding, type Severity, severities } from "../rule.ts";
import { visible } from "../secret.ts";

/** Findings for a person: file by file, the place first, then what it does and what to do. */
export function findingLines(findings: readonly Finding[], { color }: { color: boolean }): string[] {
  const paint = (severity: Severity) => (color ? `\u001B[${colors[severity]}m${severity}\u001B[0m` : severity);
  const byFile = Map.groupBy(findings, ({ file }) => file);
  return [...byFile].flatMap(([file, own]) => [
    visible(file),
    ...own.flatMap(({ line, column, severity, rule, message, remedy }) => [
      `  ${`${line}:${column}`.padEnd(7)} ${paint(severity)}${" ".repeat(6 - severity.length)}${rule}`,
      `          ${visible(message)}`,
      `          try: ${remedy}`,
    ]),
    "",
  ]);
}

const colors: Readonly<Record<Severity, number>> = { error: 31, warn: 33, info: 36 };

/** The last line: how many of each. */
export function summary(findings: readonly Finding[], files: number): string {
  const count = (severity: Severity) => findings.filter((each) => each.severity === severity).length;
  const told = severities.toReversed().map((severity) => `${count(severity)} ${severity}`);
  return `${files} ${files === 1 ? "file" : "files"}: ${told.join(", ")}`;
}

/** Every rule in a line; those that no file shows say who tells them, and those that a run proves say so. */
export function ruleLines(): string[] {
  const all = catalogue();
  const width = Math.max(...all.map(({ id }) => id.length));
  return all.map(
    ({ id, severity, harm, judgedBy, provenBy }) =>
      `${id.padEnd(width)}  ${severity.padEnd(5)}  ${judgedBy === undefined ? "" : `(${judgedBy}) `}${harm}${provenBy === undefined ? "" : " [proved]"}`,
  );
}

/** All that is known of one rule. */
export function explanation({ id, severity, harm, remedy, source, judgedBy, provenBy = [] }: Words): string[] {
  const rule = rules().find((each) => each.id === id);
  const versions = Object.entries(rule?.versions ?? {}).map(([part, range]) => `${part} ${range}`);
  return [
    `${id} (${severity})`,
    `  in production  ${harm}`,
    `  remedy         ${remedy}`,
    `  source         ${source}`,
    ...(rule === undefined ? [] : [`  applies to     ${rule.kinds.join(", ")}`]),
    ...(versions.length === 0 ? [] : [`  versions       ${versions.join(", ")}`]),
    ...(rule?.only === undefined ? [] : [`  only for       ${rule.only}`]),
    ...(judgedBy === undefined ? [] : [`  judged by      ${judgedBy}: no file shows it`]),
    ...provenBy.map((proof, at) => `  ${at === 0 ? "proven by    " : "and mended by"}  ${proof}`),
  ];
}
