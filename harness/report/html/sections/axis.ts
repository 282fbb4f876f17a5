import type { FaultBand } from "../data.ts";
import { share, ticks } from "../format.ts";
import { type Html, html } from "../markup.ts";

/** The run's time below a drawing. */
export function axis(totalMs: number): Html {
  const seconds = ticks(totalMs / 1000, 8);
  const unit = totalMs > 300_000 ? 60 : 1;
  const labels = unit === 60 ? ticks(totalMs / 60_000, 8).map((minutes) => minutes * 60) : seconds;
  return html`<div class="axis">${labels.map(
    (second, at) =>
      html`<span class="${second * 1000 > totalMs * 0.98 ? "end" : at % 2 === 1 ? "odd" : ""}" style="left:${share(second * 1000, totalMs)}">${+(second / unit).toFixed(2)}${at === 0 ? (unit === 60 ? " min" : " s") : ""}</span>`,
  )}</div>`;
}

/** A fault from blow to healing; what is over at once gets a line. */
export function band({ label, fromMs, toMs }: FaultBand, totalMs: number, number?: number): Html {
  const end = toMs ?? totalMs;
  return html`<i class="band" style="left:${share(fromMs, totalMs)};width:${share(end - fromMs, totalMs)}" title="${label}">${number !== undefined && html`<b>${number}</b>`}</i>`;
}
