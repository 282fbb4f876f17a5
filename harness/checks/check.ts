import type { RunSql, SqlRow } from "#core/ports.ts";
import type { CheckVerdict } from "#core/verdict.ts";

/**
 * A check: yields SQL, takes the rows, returns its verdict. It touches nothing itself, so whoever has a DuckDB can run it,
 * and a test can answer in DuckDB's place.
 */
export type Check = Step<CheckVerdict>;

/** Part of a check, with a result of its own. */
export type Step<T> = Generator<string, T, readonly SqlRow[]>;

/** Answers what a check asks, until it has its result. */
export async function runCheck<T>(check: Step<T>, runSql: RunSql): Promise<T> {
  let turn = check.next();
  while (turn.done !== true) turn = check.next(await runSql(turn.value));
  return turn.value;
}
