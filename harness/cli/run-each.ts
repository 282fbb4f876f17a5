import { monotonicMs } from "#core/clock.ts";
import { FloeError, renderError } from "#core/errors.ts";
import { exitCodes, foldVerdicts, type RunVerdict } from "#core/verdict.ts";
import { BatchProgress } from "#report/batch-progress.ts";
import { consoleReader, type Terminal, verdictLines } from "#report/console.ts";
import { runBatch, type Unheard } from "#run/batch.ts";
import { type RunRequest, runScenario } from "#run/runner.ts";

/** What a run came to: a verdict and its folder; or, among several, an error that would have ended it alone. */
export type Outcome =
  | { readonly scenario: string; readonly told: RunVerdict; readonly folder: string }
  | { readonly scenario: string; readonly error: FloeError; readonly totalMs: number };

export interface RunEachOptions {
  readonly requests: readonly Unheard[];
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
  const run = async (request: Unheard): Promise<Outcome> => {
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
  readonly request: Unheard;
  readonly listen: RunRequest["listen"];
}

async function runOne({ request, listen }: RunOneOptions): Promise<Outcome> {
  const startedMs = monotonicMs();
  const scenario = request.file.name;
  try {
    const { verdict, folder } = await runScenario({ ...request, listen });
    return { scenario, told: verdict, folder };
  } catch (error) {
    if (!(error instanceof FloeError)) throw error;
    return { scenario, error, totalMs: monotonicMs() - startedMs };
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
export function outcomeJson(outcome: Outcome): unknown {
  if ("told" in outcome) return outcome.told;
  return { scenario: outcome.scenario, verdict: verdictOf(outcome), error: renderError(outcome.error) };
}
