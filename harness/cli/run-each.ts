import { monotonicMs } from "#core/clock.ts";
import { FloeError, renderError } from "#core/errors.ts";
import { exitCodes, foldVerdicts, type RunVerdict } from "#core/verdict.ts";
import { BatchProgress } from "#report/batch-progress.ts";
import { consoleReader, type Terminal, verdictLines } from "#report/console.ts";
import { runBatch, type Unheard } from "#run/batch.ts";
import { type RunRequest, runScenario } from "#run/runner.ts";

/** What a run came to: a verdict and its folder; or, among several, an error that would have ended it alone. */
export type Outcome = { readonly scenario: string; readonly set: RunRequest["set"] } & (
  | { readonly told: RunVerdict; readonly folder: string }
  | { readonly error: FloeError; readonly totalMs: number }
);

/** A run that is to be made; one with a clash is told, and not made. */
export type PlannedRun = Unheard & { readonly clash?: FloeError };

export interface RunEachOptions {
  readonly requests: readonly PlannedRun[];
  /** How many at once. */
  readonly jobs: number;
  readonly screen: Terminal;
  readonly signal: AbortSignal;
}

/**
 * Runs them, several at once where told. One that cannot be run does not keep the others from running; alone, its error is
 * thrown. A single run is told as it happens; of several at once, each when it has ended.
 */
export async function runEach({ requests, jobs, screen, signal }: RunEachOptions): Promise<Outcome[]> {
  const progress = new BatchProgress({ asked: requests.length, jobs });
  const live = jobs === 1 || requests.length === 1;
  const run = async (request: PlannedRun): Promise<Outcome> => {
    screen.write(progress.begun(request.file.name));
    const outcome = await runOne({ request, listen: live ? consoleReader(screen) : () => undefined });
    if ("error" in outcome && requests.length === 1) throw outcome.error;
    const lines =
      "error" in outcome
        ? renderError(outcome.error)
        : verdictLines({ verdict: outcome.told, folder: outcome.folder, color: screen.color });
    screen.write(`${lines.join("\n")}\n${progress.ended(request.file.name)}`);
    return outcome;
  };
  return runBatch({ requests, jobs: Math.min(jobs, requests.length), signal, run });
}

interface RunOneOptions {
  readonly request: PlannedRun;
  readonly listen: RunRequest["listen"];
}

async function runOne({ request, listen }: RunOneOptions): Promise<Outcome> {
  const { clash, ...wanted } = request;
  const startedMs = monotonicMs();
  const which = { scenario: wanted.file.name, set: wanted.set };
  try {
    if (clash !== undefined) throw clash;
    const { verdict, folder } = await runScenario({ ...wanted, listen });
    return { ...which, told: verdict, folder };
  } catch (error) {
    if (!(error instanceof FloeError)) throw error;
    return { ...which, error, totalMs: monotonicMs() - startedMs };
  }
}

export function verdictOf(outcome: Outcome): RunVerdict["verdict"] {
  return "told" in outcome ? outcome.told.verdict : "unknown";
}

/** That of the folded verdicts, but for 2 when nothing is invalid and something was wrong usage. */
export function exitCodeOf(outcomes: readonly Outcome[]): number {
  const folded = exitCodes[foldVerdicts(outcomes.map(verdictOf))];
  const misused = outcomes.some((outcome) => "error" in outcome && outcome.error.blame === "usage");
  return misused && folded !== exitCodes.invalid ? 2 : folded;
}

/** For programs: the verdicts as they are in the run folders; of one that could not be run, what is known. */
export function outcomeJson(outcome: Outcome): object {
  if ("told" in outcome) return outcome.told;
  return { scenario: outcome.scenario, verdict: verdictOf(outcome), error: renderError(outcome.error) };
}
