import type { PartsRequest } from "#artifacts/resolve.ts";
import type { LinkName } from "#core/addresses.ts";
import { stopwatch } from "#core/clock.ts";
import { environmentError, FloeError, renderError } from "#core/errors.ts";
import type { Stamped } from "#core/history.ts";
import type { Profile } from "#core/pipeline-spec.ts";
import { freshRunId } from "#core/random.ts";
import { Scope } from "#core/scope.ts";
import type { RunVerdict } from "#core/verdict.ts";
import { noVersions } from "#core/versions.ts";
import { progressTeller } from "#report/console.ts";
import { writeReport } from "#report/html/write.ts";
import { diskFullIn } from "#runtime/failure.ts";
import type { ConnectClient } from "#stages/connect/client.ts";
import type { Configuration } from "#stages/connect/configuration.ts";
import type { ScenarioFile } from "./find.ts";
import { findParts, type RunPartsRequest, type RuntimeName } from "./find-parts.ts";
import { makeRunFolder, type RunFolder, writeJson } from "./folder.ts";
import { type HistoryFile, openHistory } from "./history-file.ts";
import { openRun } from "./open-run.ts";
import { type PhaseClock, phaseClock } from "./phases.ts";
import { defaultObjectStore } from "./plan.ts";
import type { Scenario } from "./scenario.ts";
import { clearStacks } from "./session.ts";
import type { StackPool } from "./stack-pool.ts";
import { type Ending, tellStory } from "./story.ts";
import { refuseImpossible } from "./targets.ts";

export interface RunRequest {
  readonly file: ScenarioFile;
  readonly scenario: Scenario;
  readonly seed: number;
  readonly profile: Profile;
  readonly runtime: RuntimeName;
  /** Why this one, where nobody said. */
  readonly runtimeNote?: string;
  /** Images in place of the pinned ones, by part. */
  readonly image: RunPartsRequest["image"];
  readonly set: PartsRequest["set"];
  readonly objectStore: PartsRequest["objectStore"];
  readonly plugin: readonly string[];
  readonly mysqld?: string;
  readonly keep: boolean;
  /** The line that runs it again, where it is not a scenario that is run by its name. */
  readonly rerun?: string;
  /** Where it is to find its stack, with other runs of this process. */
  readonly pool?: StackPool;
  /** Links that a proxy is to stand in; those that the scenario's faults need unless told. */
  readonly proxied?: ReadonlySet<LinkName>;
  /** `afterwards`: the topics are read when the act is over. To measure what reading them meanwhile costs. */
  readonly recordTopics?: "live" | "afterwards";
  readonly runs: string;
  readonly cacheDir: string;
  readonly stateDir: string;
  readonly signal: AbortSignal;
  readonly listen: (event: Stamped) => void;
  /** Asked on the running stack, before either connector is made: what it throws ends the run. */
  readonly examine?: (sending: Sending) => Promise<void>;
}

/** Both connectors' configurations as they will be sent, and the workers that they go to. */
export type Sending = Readonly<Record<"source" | "sink", { connect: ConnectClient; config: Configuration }>>;

/** What everything in a run may use. */
export interface Run {
  readonly request: RunRequest;
  readonly runId: string;
  readonly folder: RunFolder;
  readonly history: HistoryFile;
  readonly clock: PhaseClock;
  readonly scope: Scope;
}

/**
 * Runs a scenario from start to verdict. A broken environment and a fault that never bit end as `unknown`, told in the
 * verdict; only wrong usage, and defects of Floe, are thrown. Nothing is left running, but a stack that is to be kept.
 */
export async function runScenario(request: RunRequest): Promise<{ verdict: RunVerdict; folder: string }> {
  const elapsed = stopwatch();
  refuseImpossible(request.scenario);
  const folder = await makeRunFolder({ runs: request.runs, scenario: request.file.name });
  using history = openHistory(folder.file("history.jsonl"));
  history.listen(request.listen);
  const run: Run = {
    request,
    runId: freshRunId(),
    folder,
    history,
    clock: phaseClock(history),
    scope: new Scope("run"),
  };

  let versions = noVersions;
  if (request.runtimeNote !== undefined) history.append({ type: "note", text: request.runtimeNote });
  const told = await endingOf(run, async () => {
    const parts = await partsOf(run);
    versions = parts.versions;
    history.append({ type: "run-started", ...headline(run), versions });
    await clearStacks({ stateDir: request.stateDir, history });
    return tellStory(run, parts);
  });
  // Before it leaves the stack, or the next run is on it already.
  if (!leavesTrust(told)) request.pool?.giveUp(history);
  const disposal = await dispose(run);
  const ending = onFullDisk(told, folder);

  const verdict: RunVerdict = {
    version: 1,
    ...ending,
    ...(disposal.length > 0 ? { verdict: "unknown", error: [...(ending.error ?? []), ...disposal] } : {}),
    ...headline(run),
    versions,
    timings: run.clock.timings(elapsed()),
  };
  // Something may have gone wrong while it left, too.
  if (!leavesTrust(verdict)) request.pool?.giveUp(history);
  await writeJson(folder.file("verdict.json"), verdict);
  history.append({ type: "run-ended", verdict: verdict.verdict, totalMs: verdict.timings.totalMs });
  await report(run);
  return { verdict, folder: folder.path };
}

/** Whether others may use its stack: not where something went wrong that no scenario foresees; a fault that met nothing broke nothing. */
function leavesTrust({ verdict, error }: Ending): boolean {
  return verdict !== "unknown" || error?.[0]?.startsWith("FAULT_DID_NOT_BITE") === true;
}

/** The page is a reader of the run: where it cannot be made, that is told, and the verdict stands. */
async function report({ folder, history }: Run): Promise<void> {
  try {
    using evidence = await openRun(folder.path);
    await writeReport({ folder: folder.path, rows: evidence.rows });
  } catch (error) {
    if (!(error instanceof FloeError)) throw error;
    history.append({ type: "note", text: `the report was not written: ${error.message}` });
  }
}

async function partsOf({ request, clock, history }: Run) {
  return clock.step("parts found", () =>
    findParts({
      runtime: request.runtime,
      image: request.image,
      set: request.set,
      cacheDir: request.cacheDir,
      objectStore: request.objectStore,
      catalog: request.scenario.pipeline?.catalog ?? "rest",
      plugins: request.plugin,
      ...(request.mysqld === undefined ? {} : { mysqld: request.mysqld }),
      onProgress: progressTeller((text) => history.append({ type: "note", text })),
    }),
  );
}

function headline({ request, runId }: Run) {
  const { file, scenario, seed, profile } = request;
  const name = file.name.startsWith("own/") ? file.path : file.name;
  const rerun = request.rerun ?? ["./floe scenario", name, `--seed ${seed}`, ...otherwise(request)].join(" ");
  return { scenario: file.name, story: scenario.story, seed, runId, rerun, runtime: request.runtime, profile };
}

/** The flags of a run that are not the defaults. */
function otherwise({ runtime, image, profile, set, objectStore, plugin, mysqld }: RunRequest): string[] {
  return [
    ...(runtime === "native" ? [] : [`--runtime ${runtime}`]),
    ...Object.entries(image).map(([part, ref]) => `--image ${part}=${ref}`),
    ...(profile === "fast" ? [] : [`--profile ${profile}`]),
    ...Object.entries(set).map(([axis, version]) => `--set ${axis}=${version}`),
    ...(objectStore === defaultObjectStore[runtime] ? [] : [`--object-store ${objectStore}`]),
    ...plugin.map((path) => `--plugin ${path}`),
    ...(mysqld === undefined ? [] : [`--mysqld ${mysqld}`]),
  ];
}

/** Turns what was thrown into an ending, where it speaks of the environment and not of Floe. */
async function endingOf(run: Run, story: () => Promise<Ending>): Promise<Ending> {
  const { signal } = run.request;
  const { promise: interrupted, reject } = Promise.withResolvers<never>();
  const interrupt = () =>
    reject(environmentError({ code: "INTERRUPTED", what: "the run was interrupted", remedy: "run it again" }));
  signal.addEventListener("abort", interrupt, { once: true });
  try {
    return await Promise.race([story(), interrupted]);
  } catch (error) {
    // A connector is rejected, too, because its database has just died of a full disk.
    const forgiven = error instanceof FloeError && (error.blame !== "usage" || diskFullIn(run.folder.file("logs")));
    if (forgiven) return { verdict: "unknown", checks: [], error: renderError(error) };
    await dispose(run);
    throw error;
  } finally {
    signal.removeEventListener("abort", interrupt);
  }
}

/** A server whose disk is full fails, and fails others, in ways that do not say so; its log does. */
function onFullDisk(ending: Ending, folder: RunFolder): Ending {
  const { verdict, error = [] } = ending;
  if (verdict === "valid" || verdict === "known-bug" || error[0]?.startsWith("DISK_FULL") === true) return ending;
  const full = diskFullIn(folder.file("logs"));
  return full === undefined ? ending : { ...ending, verdict: "unknown", error: [...renderError(full), ...error] };
}

/** Ends everything the run has started. Gives the errors as lines: they must not hide the run's own. */
async function dispose({ scope, clock }: Run): Promise<string[]> {
  try {
    await clock.phase("dispose", () => scope[Symbol.asyncDispose]());
    return [];
  } catch (error) {
    return renderError(error);
  }
}
