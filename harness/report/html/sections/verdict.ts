import type { Anomaly, CheckVerdict, Hop, VerdictName } from "#core/verdict.ts";
import type { ReportData } from "../data.ts";
import { count, date, duration, plural } from "../format.ts";
import { data, type Html, html } from "../markup.ts";

export const verdictSigns: Readonly<Record<VerdictName, string>> = {
  valid: "✓",
  "known-bug": "≈",
  unknown: "?",
  invalid: "✗",
};

/** What came of the run, why, and how to have it again. */
export function verdictSection(report: ReportData): Html {
  const { headline } = report;
  const [first = "", ...others] = headline.reason;
  return html`<header>
<p class="crumbs"><b>floe</b> ${data(headline.scenario)} <span>seed ${headline.seed}</span> <span>run ${data(headline.runId)}</span>
<span>${date(headline.startedWallMs)}</span></p>
<h1><span class="sign">${verdictSigns[headline.verdict]}</span>${headline.verdict}</h1>
<p class="reason">${data(first)}</p>
${others.length > 0 && html`<ul class="reasons">${others.slice(0, 8).map((line) => reasonLine(line))}</ul>`}
<p class="story">${data(headline.story)}</p>
<p class="rerun"><span>again</span><code id="rerun">${data(headline.rerun)}</code><button type="button" data-copy="rerun">copy</button></p>
${flow(report)}
${figures(report)}
${checkList(headline.checks)}
${report.gaps.length > 0 && html`<p class="gaps">Not in the evidence: ${report.gaps.map((gap, at) => html`${at > 0 && "; "}${data(gap)}`)}.</p>`}
</header>`;
}

/** An error's lines begin with what they are: expected, got, try. */
function reasonLine(line: string): Html {
  const [, name = "", text = line.trim()] = /^\s+(expected|got|try|evidence|because)\s+(.*)$/.exec(line) ?? [];
  return html`<li>${name !== "" && html`<b>${name}</b> `}${data(text)}</li>`;
}

/** The way of the data: what each stage has, how long each hop takes, and where it went wrong. */
function flow({ timeline: { rows }, visible, findings }: ReportData): Html {
  const last = (series: readonly number[]) => count(series.at(-1) ?? 0);
  const wrong = findings.filter(({ expected }) => !expected).map(({ anomaly }) => anomaly);
  const [toTopic, toLake] = [
    wrong.filter(({ hop }) => beforeTopic.has(hop)),
    wrong.filter(({ hop }) => !beforeTopic.has(hop)),
  ];
  const median = visible === undefined ? undefined : { topic: visible.all.topicP50Ms, all: visible.all.p50Ms };
  return html`<div class="flow">
<div class="node mysql"><b>${last(rows.mysql)}</b><span>rows in MySQL</span></div>
${hopArrow("Debezium", median?.topic, toTopic)}
<div class="node topic"><b>${last(rows.topic)}</b><span>${rows.exact ? "records" : "offsets"} in topics</span></div>
${hopArrow("Iceberg sink", median === undefined ? undefined : Math.max(0, median.all - median.topic), toLake)}
<div class="node lake"><b>${last(rows.lake)}</b><span>rows in the lake</span></div>
</div>`;
}

const beforeTopic: ReadonlySet<Hop> = new Set(["mysql->debezium", "debezium->kafka", "mysql->kafka"]);

function hopArrow(name: string, medianMs: number | undefined, wrong: readonly Anomaly[]): Html {
  const found = wrong.map(({ class: kind, count: n }) => html`<em>${count(n)} ${kind}</em>`);
  return html`<div class="hop${wrong.length > 0 ? " wrong" : ""}"><span>${name}</span><i></i>
${found}<span class="median">${medianMs === undefined ? "" : `median ${duration(medianMs)}`}</span></div>`;
}

function figures({ headline, visible, timeline, tables }: ReportData): Html {
  const measured = new Map(headline.measured);
  const snapshots = tables.reduce((sum, table) => sum + table.snapshotCount, 0);
  const all: (readonly [string, string | undefined])[] = [
    ["operations", optional(measured.get("operations") ?? visible?.operations, count)],
    ["commit to visible, median", optional(visible?.all.p50Ms, duration)],
    ["99 of 100 within", optional(visible?.all.p99Ms, duration)],
    ["recovered in", optional(headline.recoverMs, duration)],
    ["faults", timeline.faults.length === 0 ? undefined : count(timeline.faults.length)],
    ["snapshots", snapshots === 0 ? undefined : count(snapshots)],
    ["the whole run", duration(headline.totalMs)],
  ];
  const shown = all.filter(([, value]) => value !== undefined);
  return html`<dl class="figures">${shown.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function optional(value: number | undefined, form: (value: number) => string): string | undefined {
  return value === undefined ? undefined : form(value);
}

function checkList(checks: readonly CheckVerdict[]): Html {
  if (checks.length === 0) return html`<p class="quiet">No check was made.</p>`;
  return html`<ul class="checks">${checks.map(
    ({
      name,
      verdict,
      note,
      anomalies,
    }) => html`<li data-verdict="${verdict}"><span class="sign">${verdictSigns[verdict]}</span>
<b>${data(name)}</b> <span>${data(note ?? "")}</span>${
      anomalies.length > 0 &&
      html` <a href="#anomalies">${plural(anomalies.length, "anomal")
        .replace(/anomals$/, "anomalies")
        .replace(/anomal$/, "anomaly")}</a>`
    }</li>`,
  )}</ul>`;
}
