import { readFileSync } from "node:fs";
import { cpus } from "node:os";

export { runMade as measureRun, type Told as Measured } from "../test/pipeline/running.ts";

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** `median 5.9 (5.7 to 6.4)`. */
export function spread(values: readonly number[], digits = 1): string {
  return `median ${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)})`;
}

/** The machine that a figure was taken on, and how busy it was. */
export function machine(): string {
  const [load = ""] = readFileSync("/proc/loadavg", "utf8").split(" ");
  return `${cpus().length} × ${cpus()[0]?.model ?? "cpu"}, load ${load}`;
}
