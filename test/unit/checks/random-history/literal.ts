import { type Draft, makeWorld } from "./exact-history.ts";
import type { ChangeKind, World } from "./world.ts";

/** A change of one row, in a transaction of its own: `["update", 1, "Ann", 12]`. */
export type LiteralChange = readonly [what: ChangeKind | "move", id: number, name: string | null, salary: number];

export interface Literal extends Partial<Omit<Draft, "initial" | "transactions">> {
  /** Rows before the snapshot, with the ids 1, 2, …; Ann with 10 when nothing is said. */
  readonly initial?: Draft["initial"];
  readonly changes?: readonly LiteralChange[];
  /** Instead of `changes`: transactions as they come. */
  readonly transactions?: readonly DraftOf<LiteralChange>[];
}

interface DraftOf<Change> extends Partial<Omit<Draft["transactions"][number], "changes">> {
  readonly changes: readonly Change[];
}

/** A tiny history in which nothing went wrong; a test spreads it and puts its defect into the copy. */
export function literal({ initial = [["Ann", 10]], changes = [], transactions, ...draft }: Literal): World {
  const wanted: readonly DraftOf<LiteralChange>[] = transactions ?? changes.map((change) => ({ changes: [change] }));
  return makeWorld({
    positionMode: "gtid",
    hasBinlog: false,
    partitions: 1,
    markers: false,
    rowsInFile: 1,
    ...draft,
    initial,
    transactions: wanted.map((transaction) => ({
      outcome: "ok",
      bySomebodyElse: false,
      ...transaction,
      changes: transaction.changes.map(([what, id, name, salary]) => ({ what, id, values: [name, salary] })),
    })),
  });
}
