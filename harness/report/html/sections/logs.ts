import type { Extract, LogFile, ReportData } from "../data.ts";
import { count, moment, plural } from "../format.ts";
import { data, type Html, html } from "../markup.ts";

/** What the servers said around each event. */
export function logsSection({ extracts, logFiles }: ReportData): Html {
  const untimed = logFiles.filter(({ timed }) => !timed).map(({ name }) => name);
  const silent = extracts.filter(({ servers }) => servers.length === 0);
  return html`<section id="logs"><h2>What the servers said</h2>
${extracts.length === 0 && html`<p class="quiet">No fault, no error, and no server died: no log is quoted.</p>`}
${extracts.filter(({ servers }) => servers.length > 0).map(extractOf)}
${silent.length > 0 && html`<p class="quiet">No log of this folder has a line around ${silent.map(({ title, atMs }, at) => html`${at > 0 && ", "}${data(title)} (${moment(atMs)})`)}.</p>`}
${fileList(logFiles)}
${untimed.length > 0 && html`<p class="quiet">Lines without a time cannot be put beside an event: ${data(untimed.join(", "))}.</p>`}</section>`;
}

function extractOf({ atMs, title, servers }: Extract, at: number): Html {
  return html`<details class="extract" ${at < 3 && "open"}><summary><time>${moment(atMs)}</time> <b>${data(title)}</b></summary>
${servers.map(
  ({ server, lines, more }) =>
    html`<div class="log"><h4>${data(server)}${more > 0 && html` <span>and ${plural(more, "line")} more</span>`}</h4><ol>${lines.map(
      ({ atMs: lineMs, text, loud }) =>
        html`<li class="${loud ? "loud" : ""}"><time>${offset(lineMs - atMs)}</time><code>${data(text)}</code></li>`,
    )}</ol></div>`,
)}</details>`;
}

function offset(ms: number): string {
  return `${ms < 0 ? "−" : "+"}${(Math.abs(ms) / 1000).toFixed(2)} s`;
}

function fileList(files: readonly LogFile[]): Html {
  if (files.length === 0)
    return html`<p class="quiet">This run's folder has no logs: those of a kept stack are in the folder of the run that started it.</p>`;
  return html`<p class="files">${files.map(({ name, lines }) => html`<a href="logs/${encodeURIComponent(name)}.log">${data(name)}.log</a> <span>${count(lines)} lines</span> `)}</p>`;
}
