import { renderError } from "#core/errors.ts";
import { Scope } from "#core/scope.ts";
import type { TableChange } from "#fixtures/schema-changes/change.ts";
import type { Timing } from "./capture.ts";
import { type Bare, openBareStack } from "./open-stack.ts";
import { type Outcome, runChanges, type Together } from "./run-changes.ts";

export interface Matrix {
  readonly changes: readonly TableChange[];
  readonly timings: readonly Timing[];
  readonly tell?: (line: string) => void;
}

/** So many captures at a time: connectors wait more than they work. */
const lanes = 3;

/** Runs every change at every timing on one stack. Gives what happened, and errors of those that could not be told. */
export async function runMatrix({ changes, timings, tell = () => undefined }: Matrix) {
  const outcomes: Outcome[] = [];
  const errors: string[] = [];
  const left = timings.flatMap((timing) => groups(changes, timing));
  const lane = async (bare: Bare) => {
    for (let group = left.shift(); group !== undefined; group = left.shift()) {
      const name = `${group.timing}: ${group.changes.map(({ id }) => id).join(", ")}`;
      try {
        const found = await runChanges(bare, group);
        const parts = apart(group, found);
        left.push(...parts);
        if (parts.length === 0) outcomes.push(...found);
        tell(`${name}${parts.length > 0 ? ": a connector failed, now one by one" : ""}`);
      } catch (error) {
        errors.push(`${name}: ${renderError(error).join("\n  ")}`);
        tell(errors.at(-1) ?? "");
      }
    }
  };
  await using scope = new Scope("schema changes");
  const bare = await openBareStack(scope);
  await Promise.all(Array.from({ length: lanes }, () => lane(bare)));
  // Those that were run alone came later than they stand in the list.
  const inOrder = outcomes.toSorted((one, other) => changes.indexOf(one.change) - changes.indexOf(other.change));
  return { outcomes: inOrder, errors, versions: bare.parts.versions };
}

/** Those that end a connector are run alone, all others together. */
function groups(changes: readonly TableChange[], timing: Timing): readonly Together[] {
  const { true: alone = [], false: together = [] } = Object.groupBy(changes, ({ ends }) =>
    String(ends.includes(timing)),
  );
  return [{ changes: together, timing }, ...alone.map((change) => ({ changes: [change], timing }))].filter(
    ({ changes }) => changes.length > 0,
  );
}

/** One that failed has ended the others, too: who it was, only running them alone can tell. */
function apart({ changes, timing }: Together, outcomes: readonly Outcome[]): readonly Together[] {
  const failed = outcomes.some(
    ({ sourceFailed, lakes }) => sourceFailed ?? lakes.on.sinkFailed ?? lakes.off.sinkFailed,
  );
  return failed && changes.length > 1 ? changes.map((change) => ({ changes: [change], timing })) : [];
}
