import { catalogue } from "../catalogue.ts";
import type { Finding, Severity } from "../rule.ts";

/** What findings can be printed as. */
export const formats = ["text", "json", "sarif", "github", "junit"] as const;
export type TellFormat = (typeof formats)[number];

/** Findings as the array that `--json` prints. */
export function jsonText(findings: readonly Finding[]): string {
  const plain = findings.map(({ file, line, column, rule, severity, key, message, remedy, source }) => ({
    file,
    line,
    column,
    rule,
    severity,
    key,
    message,
    remedy,
    source,
  }));
  return `${JSON.stringify(plain, null, 2)}\n`;
}

/** Annotations on the lines of a pull request, by GitHub's workflow commands. */
export function githubText(findings: readonly Finding[]): string {
  const command: Readonly<Record<Severity, string>> = { error: "error", warn: "warning", info: "notice" };
  const property = (text: string) => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
  return findings
    .map(({ file, line, column, rule, severity, message, remedy }) => {
      const place = `file=${property(file)},line=${line},col=${column},title=${property(rule)}`;
      return `::${command[severity]} ${place}::${data(`${message}\ntry: ${remedy}`)}\n`;
    })
    .join("");
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** SARIF 2.1.0, as code-scanning services take it. */
export function sarifText(findings: readonly Finding[]): string {
  const level: Readonly<Record<Severity, string>> = { error: "error", warn: "warning", info: "note" };
  const used = catalogue().filter(({ id }) => findings.some(({ rule }) => rule === id));
  const run = {
    tool: {
      driver: {
        name: "floe lint",
        rules: used.map(({ id, severity, harm, remedy, source }) => ({
          id,
          shortDescription: { text: harm },
          help: { text: `${remedy} (${source})` },
          defaultConfiguration: { level: level[severity] },
        })),
      },
    },
    results: findings.map(({ file, line, column, rule, severity, message, remedy }) => ({
      ruleId: rule,
      ruleIndex: used.findIndex(({ id }) => id === rule),
      level: level[severity],
      message: { text: `${message} Try: ${remedy}` },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: encodeURI(file.replaceAll("\\", "/")) },
            region: { startLine: line, startColumn: column },
          },
        },
      ],
    })),
    columnKind: "utf16CodeUnits",
  };
  return `${JSON.stringify({ $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] }, null, 2)}\n`;
}

/** JUnit's XML: a suite for each file; what fails is what is at or over the limit. */
export function junitText({
  findings,
  files,
  fails,
}: {
  findings: readonly Finding[];
  files: readonly string[];
  fails: (severity: Severity) => boolean;
}): string {
  const suites = files.map((file) => {
    const own = findings.filter((each) => each.file === file);
    const cases =
      own.length === 0
        ? [`    <testcase classname=${quoted(file)} name="lint"/>`]
        : own.map((each) => testCase(each, fails));
    const failures = own.filter(({ severity }) => fails(severity)).length;
    return `  <testsuite name=${quoted(file)} tests="${cases.length}" failures="${failures}" errors="0">\n${cases.join("\n")}\n  </testsuite>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="floe lint">\n${suites.join("\n")}\n</testsuites>\n`;
}

function testCase(
  { file, line, column, rule, severity, message, remedy }: Finding,
  fails: (severity: Severity) => boolean,
): string {
  const open = `    <testcase classname=${quoted(file)} name=${quoted(`${rule} at ${line}:${column}`)}`;
  const told = escaped(`${file}:${line}:${column}\n${message}\ntry: ${remedy}`);
  return fails(severity)
    ? `${open}><failure type=${quoted(severity)} message=${quoted(message)}>${told}</failure></testcase>`
    : `${open}><system-out>${told}</system-out></testcase>`;
}

function quoted(text: string): string {
  return `"${escaped(text).replaceAll('"', "&quot;").replaceAll("\n", "&#10;")}"`;
}

function escaped(text: string): string {
  // XML has no way to write most control characters.
  const visible = text.replace(/\p{Cc}/gu, (sign) => (sign === "\n" ? sign : "\uFFFD"));
  return visible.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
