import { messageOf } from "#core/errors.ts";
import type { RunSql, SqlRow } from "#core/ports.ts";
import type { CheckVerdict } from "#core/verdict.ts";

/**
 * A check: yields SQL, takes the rows, returns its verdict. It touches nothing itself, so whoever has a DuckDB can run it,
 * and a test can answer in DuckDB's place.
 */
export type Check = Step<CheckVerdict>;

/** Part of a check, with a result of its own. A statement that fails is thrown where it was yielded. */
export type Step<T> = Generator<string, T, readonly SqlRow[]>;

/** Answers what a check asks, until it has its result. */
export async function runCheck<T>(check: Step<T>, runSql: RunSql): Promise<T> {
  let turn = check.next();
  while (turn.done !== true) {
    const rows = await runSql(turn.value).catch((error: unknown) => new Failed(error));
    turn = rows instanceof Failed ? check.throw(rows.error) : check.next(rows);
  }
  return turn.value;
}

export interface NamedCheck {
  readonly name: string;
  readonly check: Check;
}

/** A check's verdict. One that throws has proved nothing, for or against: `unknown`, with what it said. */
export async function verdictOf({ name, check }: NamedCheck, runSql: RunSql): Promise<CheckVerdict> {
  try {
    return await runCheck(check, runSql);
  } catch (error) {
    return { name, verdict: "unknown", anomalies: [], note: messageOf(error) };
  }
}

class Failed {
  readonly error: unknown;
  constructor(error: unknown) {
    this.error = error;
  }
}
