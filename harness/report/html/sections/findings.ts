import type { ColumnValues, Example, Finding, ReportData, Side } from "../data.ts";
import { count, hopText } from "../format.ts";
import { data, type Html, html } from "../markup.ts";

/** What went wrong with which rows, each side by side. */
export function findingsSection({ findings, headline }: ReportData): Html {
  return html`<section id="anomalies"><h2>Anomalies</h2>
${findings.length === 0 ? html`<p class="quiet">${headline.checks.length === 0 ? "None was looked for: the run ended before its checks." : "None."}</p>` : findings.map(findingOf)}</section>`;
}

function findingOf({ check, expected, anomaly, examples }: Finding): Html {
  return html`<article class="finding ${expected ? "expected" : ""}">
<h3><em>${anomaly.class}</em> ${count(anomaly.count)} × ${data(anomaly.table)} <span>at ${hopText(anomaly.hop)} · found by ${data(check)}${expected && " · as expected"}</span></h3>
${examples.length === 0 ? html`<pre class="evidence">${anomaly.evidence.map((line) => html`${data(line)}\n`)}</pre>` : examples.map((example) => exampleOf(example, anomaly.table))}
</article>`;
}

function exampleOf({ key, evidence, mysql, topic, lake, columns }: Example, table: string): Html {
  const differing = columns.filter(({ topicDiffers, lakeDiffers }) => topicDiffers || lakeDiffers);
  const rows = [...differing, ...columns.filter((column) => !differing.includes(column))];
  return html`<div class="example"><p><button type="button" class="key" data-table="${table}" data-key="${key}" title="show this row's life">${data(key)}</button></p>
${
  columns.length > 0 &&
  html`<div class="scroll"><table class="sides"><thead><tr><th></th><th class="mysql">MySQL ${sideText(mysql, "operation")}</th><th class="topic">topic ${sideText(topic, "record")}</th><th class="lake">lake ${sideText(lake, "row")}</th></tr></thead><tbody>
${rows.map(columnRow)}</tbody></table></div>`
}
<pre class="evidence">${evidence.map((line) => html`${data(line)}\n`)}</pre></div>`;
}

function sideText({ times, kind, place }: Side, noun: string): Html {
  if (times === 0) return html`<span>nothing</span>`;
  return html`<span>${count(times)} ${noun}${times === 1 ? "" : "s"}, the last ${data(kind)} ${data(place)}</span>`;
}

function columnRow({ column, mysql, topic, lake, topicDiffers, lakeDiffers }: ColumnValues): Html {
  return html`<tr><th>${data(column)}</th><td>${data(mysql)}</td><td class="${topicDiffers ? "differs" : ""}">${data(topic)}</td><td class="${lakeDiffers ? "differs" : ""}">${data(lake)}</td></tr>`;
}
