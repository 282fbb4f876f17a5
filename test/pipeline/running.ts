import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "#artifacts/resolve.ts";
import type { Stamped } from "#core/history.ts";
import type { RunVerdict } from "#core/verdict.ts";
import type { Unheard } from "#run/batch.ts";
import { findScenarios } from "#run/find.ts";
import { loadScenario } from "#run/load.ts";
import { type RunRequest, runScenario } from "#run/runner.ts";
import type { Scenario } from "#run/scenario.ts";

/** Vitest's project `docker` runs some of these tests on containers. */
const onRuntime =
  process.env["FLOE_TEST_RUNTIME"] === "docker"
    ? ({ runtime: "docker", objectStore: "minio" } as const)
    : ({ runtime: "native", objectStore: "s3proxy" } as const);

export interface Told {
  readonly verdict: RunVerdict;
  readonly folder: string;
  readonly events: readonly Stamped[];
}

/** Runs a scenario of the project by name, as the command line does. */
export async function runNamed(name: string, options: Partial<RunRequest> = {}): Promise<Told> {
  return run({ ...(await requestFor(name)), ...options });
}

/** Runs a scenario that a test has made. */
export async function runMade(scenario: Scenario, options: Partial<RunRequest> = {}): Promise<Told> {
  return run({ ...requestOf({ file: { name: "test/made", path: "made" }, scenario }), ...options });
}

/** What is asked of the runner for a scenario of the project. */
export async function requestFor(name: string): Promise<Unheard> {
  const [file] = await findScenarios(name, process.cwd());
  if (file === undefined) throw new Error(name);
  return requestOf({ file, scenario: await loadScenario(file, cacheFolder(process.env)) });
}

export function requestOf(own: Pick<RunRequest, "file" | "scenario">): Unheard {
  const folder = mkdtempSync(join(tmpdir(), "floe-test-"));
  return {
    ...own,
    seed: 7,
    profile: "fast",
    ...onRuntime,
    image: {},
    set: {},
    plugin: [],
    keep: false,
    runs: join(folder, "runs"),
    stateDir: join(folder, "stacks"),
    cacheDir: cacheFolder(process.env),
    signal: new AbortController().signal,
  };
}

export async function run(request: Unheard): Promise<Told> {
  const events: Stamped[] = [];
  const told = await runScenario({ ...request, listen: (event) => events.push(event) });
  return { ...told, events };
}

/** Everything that a failed expectation should show. */
export function account({ verdict }: Told): string {
  const { checks, error, scenario, timings } = verdict;
  return JSON.stringify({ scenario, verdict: verdict.verdict, checks, error, timings }, undefined, 1);
}
