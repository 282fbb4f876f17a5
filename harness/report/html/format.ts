/** `13,095` */
export function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}

/** `840 ms`, `12.4 s`, `3 min 5 s` */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `1.2 MB` */
export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  return value < 1e6 ? `${(value / 1e3).toFixed(1)} kB` : `${(value / 1e6).toFixed(1)} MB`;
}

/** A moment of the run: `+20.5 s`. */
export function moment(ms: number): string {
  return `+${(ms / 1000).toFixed(ms < 100_000 ? 2 : 1)} s`;
}

/** `2026-11-21 15:29:09 UTC` */
export function date(wallMs: number): string {
  return `${new Date(wallMs).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** `1 row`, `2 rows` */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** The 1, 2 or 5 times a power of ten that is not below a value. */
export function niceStep(atLeast: number): number {
  if (!(atLeast > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(atLeast));
  return power * ([1, 2, 5].find((factor) => factor * power >= atLeast) ?? 10);
}

/** Round values from 0 to a maximum, about as many as wanted. */
export function ticks(max: number, wanted: number): number[] {
  const step = niceStep(max / wanted);
  return Array.from({ length: Math.floor(max / step + 1e-9) + 1 }, (_, at) => at * step);
}

/** Where a value is on an axis, as a style's percentage. */
export function share(value: number, of: number): string {
  const part = of <= 0 ? 0 : Math.min(1, Math.max(0, value / of));
  return `${(part * 100).toFixed(3)}%`;
}

/** `kafka->sink` with an arrow. */
export function hopText(hop: string): string {
  return hop.replace("->", " → ");
}
