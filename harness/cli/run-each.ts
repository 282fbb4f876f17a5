import { monotonicMs } from "#core/clock.ts";
import { FloeError, renderError } from "#core/errors.ts";
import { exitCodes, foldVerdicts, type RunVerdict } from "#core/verdict.ts";
import { consoleReader, type Terminal, verdictLines } from "#report/console.ts";
import { type RunRequest, runScenario } from "#run/runner.ts";

/** What a run came to: a verdict and its folder; or, among several, an error that would have ended it alone. */
export type Outcome = { readonly scenario: string; readonly set: RunRequest["set"] } & (
  | { readonly told: RunVerdict; readonly folder: string }
  | { readonly error: FloeError; readonly totalMs: number }
);

/** A run that is to be made; one with a clash is told, and not made. */
export type PlannedRun = Omit<RunRequest, "listen"> & { readonly clash?: FloeError };

export interface RunEachOptions {
  readonly requests: readonly PlannedRun[];
  readonly screen: Terminal;
  readonly signal: AbortSignal;
}

/** Runs one after the other. One that cannot be run does not keep the others from running; alone, its error is thrown. */
export async function runEach({ requests, screen, signal }: RunEachOptions): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const [at, request] of requests.entries()) {
    if (signal.aborted) break;
    if (requests.length > 1) screen.write(`${at === 0 ? "" : "\n"}${at + 1} of ${requests.length}\n`);
    outcomes.push(await runOne({ request, screen, alone: requests.length === 1 }));
  }
  return outcomes;
}

interface RunOneOptions {
  readonly request: PlannedRun;
  readonly screen: Terminal;
  readonly alone: boolean;
}

async function runOne({ request, screen, alone }: RunOneOptions): Promise<Outcome> {
  const { clash, ...wanted } = request;
  const startedMs = monotonicMs();
  const which = { scenario: wanted.file.name, set: wanted.set };
  try {
    if (clash !== undefined) throw clash;
    const { verdict, folder } = await runScenario({ ...wanted, listen: consoleReader(screen) });
    screen.write(`${verdictLines({ verdict, folder, color: screen.color }).join("\n")}\n`);
    return { ...which, told: verdict, folder };
  } catch (error) {
    if (alone || !(error instanceof FloeError)) throw error;
    screen.write(`${renderError(error).join("\n")}\n`);
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
