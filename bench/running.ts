import { mkdtempSync, readFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "#artifacts/resolve.ts";
import type { Stamped } from "#core/history.ts";
import type { RunVerdict } from "#core/verdict.ts";
import { findScenarios } from "#run/find.ts";
import { loadScenario } from "#run/load.ts";
import { type RunRequest, runScenario } from "#run/runner.ts";
import type { Scenario } from "#run/scenario.ts";

export interface Measured {
  readonly verdict: RunVerdict;
  readonly folder: string;
  readonly events: readonly Stamped[];
}

const place = mkdtempSync(join(tmpdir(), "floe-bench-"));

/** Runs a scenario as the command line does, on stacks of the bench's own. */
export async function measureRun(scenario: Scenario, options: Partial<RunRequest> = {}): Promise<Measured> {
  const events: Stamped[] = [];
  const told = await runScenario({
    file: { name: "bench/made", path: "made" },
    scenario,
    seed: 7,
    profile: "fast",
    set: {},
    objectStore: "s3proxy",
    plugin: [],
    keep: false,
    runs: join(place, "runs"),
    stateDir: join(place, "stacks"),
    cacheDir: cacheFolder(process.env),
    signal: new AbortController().signal,
    listen: (event) => events.push(event),
    ...options,
  });
  return { ...told, events };
}

export async function projectScenario(name: string): Promise<Scenario> {
  const [file] = await findScenarios(name, process.cwd());
  if (file === undefined) throw new Error(name);
  return loadScenario(file, cacheFolder(process.env));
}

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
