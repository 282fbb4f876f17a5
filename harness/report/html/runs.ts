import type { VerdictName } from "#core/verdict.ts";
import { count, date, duration } from "./format.ts";
import { data, type Html, html } from "./markup.ts";
import { page } from "./render.ts";
import { verdictSigns } from "./sections/verdict.ts";

/** A run as one line of the page over all runs. */
export interface RunSummary {
  /** From the page's folder to the run's, with slashes. */
  readonly path: string;
  readonly verdict: VerdictName;
  readonly scenario: string;
  readonly seed: number;
  readonly startedWallMs: number;
  readonly totalMs: number;
  readonly recoverMs: number | undefined;
  readonly reason: string;
  readonly hasReport: boolean;
}

/** How many lines the table has; the squares above it stand for all runs. */
const linesShown = 500;

/** A page over all runs: how each scenario has fared, and every run with the way to its report. */
export function renderRuns(runs: readonly RunSummary[]): string {
  const newestFirst = runs.toSorted((left, right) => right.startedWallMs - left.startedWallMs);
  const byVerdict = Map.groupBy(runs, ({ verdict }) => verdict);
  const body = html`<main>
<p class="crumbs"><b>floe</b> <span>all runs</span></p>
<div class="tally">${[...byVerdict].map(([verdict, those]) => html`<span data-verdict="${verdict}"><b>${count(those.length)}</b>${verdict}</span>`)}</div>
${runs.length === 0 ? html`<p class="quiet">There is no run here yet: ./floe scenario</p>` : html`${scenarios(newestFirst)}${table(newestFirst)}`}
</main>`;
  return page({ title: `floe · ${count(runs.length)} runs`, body, scripts: [] });
}

function scenarios(runs: readonly RunSummary[]): Html {
  const groups = [...Map.groupBy(runs, ({ scenario }) => scenario)].toSorted(([left], [right]) =>
    left < right ? -1 : 1,
  );
  return html`<section><h2>Scenarios</h2><p class="quiet">A square is a run, the newest at the right.</p><div class="history">${groups.map(
    ([scenario, those]) =>
      html`<span>${data(scenario)}</span><span class="dots">${those.slice(0, 120).toReversed().map(square)}</span><span class="quiet">${middle(those)}</span>`,
  )}</div></section>`;
}

function square(run: RunSummary): Html {
  return html`<a href="${linkOf(run)}" data-verdict="${run.verdict}" title="${run.verdict}, ${date(run.startedWallMs)}, seed ${run.seed}"></a>`;
}

function middle(runs: readonly RunSummary[]): string {
  const times = runs.map(({ totalMs }) => totalMs).toSorted((left, right) => left - right);
  return `median ${duration(times[Math.floor(times.length / 2)] ?? 0)}`;
}

function table(runs: readonly RunSummary[]): Html {
  const rest = runs.length - linesShown;
  return html`<section><h2>Runs</h2><div class="scroll"><table class="runs"><thead><tr><th></th><th>scenario</th><th class="late">began</th><th class="late">took</th><th class="late">recovered</th><th>why</th></tr></thead><tbody>
${runs.slice(0, linesShown).map(lineOf)}</tbody></table></div>${rest > 0 && html`<p class="quiet">and ${count(rest)} older ones</p>`}</section>`;
}

function lineOf(run: RunSummary): Html {
  const { verdict, scenario, seed, startedWallMs, totalMs, recoverMs, reason } = run;
  return html`<tr data-verdict="${verdict}"><td><span class="sign" title="${verdict}">${verdictSigns[verdict]}</span></td>
<td><a href="${linkOf(run)}">${data(scenario)}</a> <span class="none">${seed}</span></td><td class="late">${date(startedWallMs).slice(0, 16)}</td><td class="late">${duration(totalMs)}</td>
<td class="late">${recoverMs === undefined ? "" : duration(recoverMs)}</td><td class="reason-cell">${data(reason)}</td></tr>`;
}

/** The report, or the folder where a run ended before it wrote one. */
function linkOf({ path, hasReport }: RunSummary): string {
  const folder = path.split("/").map(encodeURIComponent).join("/");
  return hasReport ? `${folder}/report.html` : `${folder}/`;
}
