import { type Html, html, trusted } from "../markup.ts";

/** Height and width of every drawing's own space; the page stretches it, so lines keep their width and text is HTML. */
export const space = { width: 1000, height: 100 } as const;

export interface Curve {
  readonly values: readonly number[];
  readonly className: string;
}

/** A value's height above the ground, from 0 to 1. */
export type Scale = (value: number) => number;

export function linear(max: number): Scale {
  return (value) => (max <= 0 ? 0 : Math.min(1, Math.max(0, value / max)));
}

/** Rows behind go from one to millions: equal steps are equal factors. */
export function logarithmic(max: number): Scale {
  return (value) => (max <= 0 ? 0 : Math.log1p(Math.max(0, value)) / Math.log1p(max));
}

/** A curve as steps: what had come by the end of a piece is there from the end of that piece on. */
export function stepPath(values: readonly number[], scale: Scale): string {
  const at = (index: number) => round((index * space.width) / values.length);
  const height = (value: number) => round(space.height * (1 - scale(value)));
  let path = `M0 ${height(0)}`;
  let last = 0;
  values.forEach((value, index) => {
    if (value === last) return;
    path += `H${at(index + 1)}V${height(value)}`;
    last = value;
  });
  return `${path}H${space.width}`;
}

/** The same with the area below it. */
export function areaPath(values: readonly number[], scale: Scale): string {
  return `${stepPath(values, scale)}V${space.height}H0Z`;
}

export function drawing(content: readonly Html[], label: string): Html {
  return html`<svg viewBox="0 0 ${space.width} ${space.height}" preserveAspectRatio="none" role="img" aria-label="${label}">${content}</svg>`;
}

export function line(curve: Curve, scale: Scale): Html {
  return html`<path class="${curve.className}" d="${stepPath(curve.values, scale)}"/>`;
}

export function area(curve: Curve, scale: Scale): Html {
  return html`<path class="${curve.className}" d="${areaPath(curve.values, scale)}"/>`;
}

/** Thin lines at round values, with their labels at the left. */
export function grid(values: readonly number[], scale: Scale, name: (value: number) => string): Html {
  return html`${values.map(
    (value) => html`<span class="grid" style="bottom:${round(scale(value) * 100)}%"><b>${name(value)}</b></span>`,
  )}`;
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

export const nothing: Html = trusted("");
