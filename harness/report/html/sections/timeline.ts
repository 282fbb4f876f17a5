import type { FaultBand, Mark, RowSeries, Span, Timeline } from "../data.ts";
import { count, duration, moment, share, ticks } from "../format.ts";
import { data, type Html, html } from "../markup.ts";
import { axis, band } from "./axis.ts";
import { area, drawing, grid, line, linear, logarithmic } from "./curves.ts";

/** Everything that has a time, on one axis. */
export function timelineSection(timeline: Timeline): Html {
  const { rows, totalMs, phases, faults, marks } = timeline;
  const moved = [...rows.mysql, ...rows.topic, ...rows.lake].some((count) => count > 0);
  return html`<section id="time"><h2>Rows at every stage</h2>
<p class="legend"><span class="mysql">MySQL</span><span class="topic">topics</span><span class="lake">lake</span>
${faults.length > 0 && html`<span class="fault">fault</span>`}${markLegend(marks)}<output id="readout"></output></p>
<div class="chart" id="chart" tabindex="0" aria-label="rows at every stage over time">
${phaseStrip(phases, totalMs)}
${moved && rowsPanel(rows)}
${moved && lagPanel({ rows, from: "mysql", to: "topic", title: "MySQL → topics, rows behind" })}
${moved && lagPanel({ rows, from: "topic", to: "lake", title: "topics → lake, rows behind" })}
${markLane(marks, totalMs)}
${axis(totalMs)}
<div class="overlay">${faults.map((fault, at) => band(fault, totalMs, at + 1))}<div class="cursor" id="cursor" hidden></div></div>
</div>
${!rows.exact && html`<p class="quiet">Looked at now and then, and topics counted by their offsets, with tombstones and transaction markers: the evidence does not have each row.</p>`}
${faultList(faults)}
${markList(marks)}
</section>`;
}

const markNames = { schema: "schema change", server: "server", error: "error", note: "note" } as const;

/** What the ticks below the curves are, of those that there are. */
function markLegend(marks: readonly Mark[]): Html {
  const there = Object.entries(markNames).filter(([kind]) => marks.some((mark) => mark.kind === kind));
  return html`${there.map(([kind, name]) => html`<span class="mark ${kind}"><i class="tick ${kind}"></i>${name}</span>`)}`;
}

function phaseStrip(phases: readonly Span[], totalMs: number): Html {
  return html`<div class="phases">${phases.map(
    ({ name, fromMs, toMs }) =>
      html`<span class="phase ${/^(start|seed|act|heal|settle|check|dispose)$/.test(name) ? name : "between"}" style="left:${share(fromMs, totalMs)};width:${share(toMs - fromMs, totalMs)}" title="${name}, ${moment(fromMs)}, ${duration(toMs - fromMs)}">${name}</span>`,
  )}</div>`;
}

function rowsPanel({ mysql, topic, lake }: RowSeries): Html {
  const max = Math.max(1, ...mysql, ...topic, ...lake);
  const scale = linear(max * 1.04);
  return html`<div class="panel rows">${grid(ticks(max, 4), scale, short)}
${drawing(
  [
    area({ values: lake, className: "fill lake" }, scale),
    line({ values: mysql, className: "line mysql" }, scale),
    line({ values: topic, className: "line topic" }, scale),
    line({ values: lake, className: "line lake" }, scale),
  ],
  "rows in MySQL, in the topics and in the lake",
)}</div>`;
}

interface Lag {
  readonly rows: RowSeries;
  readonly from: "mysql" | "topic";
  readonly to: "topic" | "lake";
  readonly title: string;
}

function lagPanel({ rows, from, to, title }: Lag): Html {
  const values = rows[from].map((value, at) => Math.max(0, value - (rows[to][at] ?? 0)));
  const max = Math.max(1, ...values);
  const scale = logarithmic(max * 1.25);
  const round = [10, 100, 1_000, 10_000, 100_000, 1_000_000].filter((value) => value <= max);
  const shown = round.length > 2 ? round.filter((_, at) => at % 2 !== round.length % 2) : round;
  return html`<div class="panel lag"><h3>${title}</h3>${grid(shown, scale, short)}
${drawing([area({ values, className: `fill strong ${to}` }, scale)], title)}<span class="peak">at most ${count(max === 1 ? Math.max(0, ...values) : max)}</span></div>`;
}

function short(value: number): string {
  if (value >= 1e6) return `${value / 1e6} M`;
  return value >= 1e3 ? `${value / 1e3} k` : String(value);
}

function markLane(marks: readonly Mark[], totalMs: number): Html {
  const shown = marks.filter(({ kind }) => kind !== "step").slice(0, 400);
  return html`<div class="lane">${shown.map(
    ({ atMs, kind, text }) =>
      html`<i class="tick ${kind}" style="left:${share(atMs, totalMs)}" title="${moment(atMs)} ${text}"></i>`,
  )}</div>`;
}

function faultList(faults: readonly FaultBand[]): Html {
  return html`<ol class="faults">${faults.map(
    ({ label, fromMs, toMs, when, proof }) => html`<li><b>${data(label)}</b> at ${moment(fromMs)} (${data(when)}),
${toMs === undefined ? "never healed" : `healed after ${duration(toMs - fromMs)}`}.
${proof === undefined ? html`<em>Nothing proved that it bit.</em>` : html`Its mark: ${data(proof)}.`}</li>`,
  )}</ol>`;
}

function markList(marks: readonly Mark[]): Html {
  const shown = marks.slice(0, 300);
  const rest = marks.length - shown.length;
  return html`<details class="marks"><summary>${count(marks.length)} events</summary><ol>${shown.map(
    ({ atMs, kind, text }) =>
      html`<li class="${kind}"><time>${moment(atMs)}</time><i class="tick ${kind}"></i><span>${data(text)}</span></li>`,
  )}</ol>${rest > 0 && html`<p class="quiet">and ${count(rest)} more in history.jsonl</p>`}</details>`;
}
