import type { ReportData, Spread, Visible } from "../data.ts";
import { count, duration, plural, share, ticks } from "../format.ts";
import { data, type Html, html } from "../markup.ts";
import { drawing, round, space } from "./curves.ts";

/** From commit to visible, as a distribution. */
export function visibleSection({ visible }: ReportData): Html {
  if (visible === undefined)
    return html`<section id="visible"><h2>From commit to visible</h2><p class="quiet">No operation can be followed from MySQL to a snapshot in this run's evidence.</p></section>`;
  const { all, operations } = visible;
  return html`<section id="visible"><h2>From commit to visible</h2>
<p class="lead">Half of the ${plural(all.count, "operation")} could be read from the lake ${duration(all.p50Ms)} after MySQL had acknowledged
them, 95 of 100 after ${duration(all.p95Ms)}, 99 of 100 after ${duration(all.p99Ms)}; the slowest took ${duration(all.maxMs)}.
${operations > all.count && html`${count(operations - all.count)} of ${count(operations)} operations cannot be followed to a snapshot.`}</p>
${histogram(visible)}
${visible.tables.length > 1 && tableOfSpreads(visible)}
</section>`;
}

function histogram({ all, bins, binMs }: Visible): Html {
  const max = Math.max(1, ...bins);
  const endMs = bins.length * binMs;
  const width = space.width / bins.length;
  const bars = bins.map((value, at) => {
    const height = round((value / max) * space.height);
    return value === 0
      ? html``
      : html`<rect x="${round(at * width + width * 0.06)}" y="${round(space.height - Math.max(height, 0.8))}" width="${round(width * 0.88)}" height="${Math.max(height, 0.8)}"><title>${duration(at * binMs)} to ${at === bins.length - 1 ? "more" : duration((at + 1) * binMs)}: ${count(value)}</title></rect>`;
  });
  const marks = [
    ["p50", all.p50Ms],
    ["p95", all.p95Ms],
    ["p99", all.p99Ms],
  ] as const;
  return html`<div class="histogram">
<div class="panel">${drawing(bars, "histogram of the time from commit to visible")}
${marks.map(([name, ms], at) => html`<span class="quantile q${at}${ms > endMs * 0.8 ? " left" : ""}" style="left:${share(ms, endMs)}"><b>${name} ${duration(ms)}</b></span>`)}</div>
<div class="axis">${ticks(endMs, 6).map((ms, at) => html`<span class="${at % 2 === 1 ? "odd" : ""}" style="left:${share(ms, endMs)}">${at === 0 ? "0" : duration(ms)}</span>`)}</div>
</div>`;
}

function tableOfSpreads({ all, tables }: Visible): Html {
  const max = Math.max(1, ...tables.map(({ p99Ms }) => p99Ms), all.p99Ms);
  return html`<div class="scroll"><table class="spreads"><thead><tr><th>table</th><th>operations</th><th>to topic, p50</th><th>p50</th><th>p95</th><th>p99</th><th>slowest</th><th class="wide"></th></tr></thead><tbody>
${tables.map((spread) => spreadRow(spread.table, spread, max))}${spreadRow(undefined, all, max)}</tbody></table></div>`;
}

function spreadRow(
  table: string | undefined,
  { count: n, topicP50Ms, p50Ms, p95Ms, p99Ms, maxMs }: Spread,
  max: number,
): Html {
  return html`<tr class="${table === undefined ? "sum" : ""}"><th>${table === undefined ? "all" : data(table)}</th><td>${count(n)}</td><td>${duration(topicP50Ms)}</td><td>${duration(p50Ms)}</td><td>${duration(p95Ms)}</td><td>${duration(p99Ms)}</td><td>${duration(maxMs)}</td>
<td class="wide"><span class="whisker"><i style="left:0;width:${share(p99Ms, max)}"></i><i style="left:0;width:${share(p95Ms, max)}"></i><i style="left:0;width:${share(p50Ms, max)}"></i></span></td></tr>`;
}
