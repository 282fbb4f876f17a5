import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ReportData } from "./data.ts";
import { type Html, html, jsonElement, trusted, unseen } from "./markup.ts";
import { appendixSections } from "./sections/appendix.ts";
import { findingsSection } from "./sections/findings.ts";
import { lakeSection } from "./sections/lake.ts";
import { livesSection } from "./sections/lives.ts";
import { logsSection } from "./sections/logs.ts";
import { timelineSection } from "./sections/timeline.ts";
import { verdictSection, verdictSigns } from "./sections/verdict.ts";
import { visibleSection } from "./sections/visible.ts";

const sheets = ["base", "verdict", "time", "tables", "lake", "lives", "appendix", "runs", "phone"];
const style = sheets.map((name) => pagePart(`${name}.css`)).join("");
const scripts = ["ruler", "lives"].map((name) => pagePart(`${name}.js`));

function pagePart(name: string): string {
  return readFileSync(join(import.meta.dirname, "page", name), "utf8");
}

/** A run as one page that needs nothing but itself. */
export function renderReport(report: ReportData): string {
  const { headline, timeline, lives } = report;
  const body = html`<main data-verdict="${headline.verdict}">
${verdictSection(report)}
${timelineSection(timeline)}
${visibleSection(report)}
${lakeSection(report)}
${findingsSection(report)}
${livesSection(report)}
${appendixSections.configurations(report)}
${logsSection(report)}
${appendixSections.versions(report)}
</main>
${jsonElement("series", { totalMs: timeline.totalMs, rows: timeline.rows })}
${lives.keysKept > 0 && jsonElement("lives-data", lives, { "data-unseen": unseen.source })}
${scripts.map((text) => trusted(`<script>${text}</script>\n`))}`;
  return page({
    title: `${verdictSigns[headline.verdict]} ${headline.verdict} · ${headline.scenario}`,
    body,
    scripts,
  });
}

/**
 * The page around it. The policy lets it ask nobody for anything, and runs no script but the ones whose hashes it names: a
 * text that got past every escape would still do nothing.
 */
export function page({ title, body, scripts }: { title: string; body: Html; scripts: readonly string[] }): string {
  const hashes = scripts.map((text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`).join(" ");
  const policy = `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src ${hashes === "" ? "'none'" : hashes}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${trusted(style)}</style>
</head>
<body>
${body}
</body>
</html>
`.markup;
}
