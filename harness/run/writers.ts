import { stopwatch } from "#core/clock.ts";
import { pause } from "#core/deadline.ts";
import { environmentError } from "#core/errors.ts";
import type { RowUpdate, Source, Transaction, TransactionOutcome, WriterSlice } from "#core/source.ts";
import type { Workload } from "#core/workload.ts";
import type { Commit, Outcome, Writer } from "#stages/mysql/writer.ts";
import type { Ledger } from "./ledger.ts";
import type { Moments } from "./moments.ts";

export interface WritersOptions {
  readonly source: Source;
  readonly workload: Workload;
  readonly seed: number;
  /** A writer with a connection of its own. */
  readonly open: (writer: number) => Writer;
  /** Finds out what became of a transaction whose answer got lost. Waits for MySQL to come back. */
  readonly settle: (gtid: string) => Promise<"committed" | "not-committed">;
  readonly also: () => readonly RowUpdate[];
  readonly ledger: Ledger;
  readonly moments: Moments;
  readonly signal: AbortSignal;
}

/** Runs the workload's writers side by side until the workload ends. Every row change they make is in the ledger. */
export async function runWriters(options: WritersOptions): Promise<void> {
  const { writers } = options.workload;
  const all = Array.from({ length: writers }, (_, writer) => runWriter({ ...options, slice: { writer, writers } }));
  await Promise.all(all);
}

type WriterOptions = WritersOptions & { readonly slice: WriterSlice };

async function runWriter(options: WriterOptions): Promise<void> {
  const { source, seed, slice, workload, signal, ledger, moments, also } = options;
  const transactions = source.transactions({ seed, slice, also });
  await using writer = options.open(slice.writer);
  const pace = makePace(workload);
  let operations = 0;
  let outcome: TransactionOutcome | undefined;
  while (!signal.aborted && pace.goesOn(operations)) {
    await pace.turn(operations, signal);
    const transaction = transactions.next(outcome).value;
    outcome = { committed: await commitOnce({ ...options, writer, transaction }) };
    if (outcome.committed) operations += transaction.changes.length;
    moments.acknowledged(ledger.operations());
  }
}

type CommitOptions = WriterOptions & { readonly writer: Writer; readonly transaction: Transaction };

/** Sends a transaction once, and learns for certain whether it happened. True: it did, and the ledger has it. */
async function commitOnce(options: CommitOptions): Promise<boolean> {
  const { writer, transaction } = options;
  const outcome = await writer.transact(transaction);
  if (outcome.status === "ok") {
    return note(options, { commit: outcome.commit, ackedAtMs: outcome.ackedAtMs });
  }
  if (outcome.status === "info") return settled(options, outcome);
  if (transaction.rollback === true) return false;
  // MySQL is away: the stream goes on from the rows as they are, at a pace that leaves it room to come back.
  await pause(100, options.signal);
  return false;
}

async function settled(options: CommitOptions, outcome: Outcome & { status: "info" }): Promise<boolean> {
  if (outcome.gtid === undefined) throw ambiguous(options.transaction, outcome.reason);
  const became = await options.settle(outcome.gtid);
  return became === "committed" && note(options, { commit: { gtid: outcome.gtid }, ackedAtMs: undefined });
}

function note(options: CommitOptions, { commit, ackedAtMs }: { commit: Commit; ackedAtMs: number | undefined }): true {
  const { ledger, slice, transaction } = options;
  ledger.record({ writer: slice.writer, transaction, ...commit, ackedAtMs });
  return true;
}

function ambiguous(transaction: Transaction, reason: string): Error {
  return environmentError({
    code: "COMMIT_UNKNOWN",
    what: `whether a ${transaction.label} was committed cannot be known: its answer got lost and it has no GTID of its own`,
    got: reason,
    remedy: "let the writers choose their GTIDs (a fault on MySQL does), and turn GTID mode on",
  });
}

/** How fast one writer goes, and when it stops: its share of the whole, so that each writes the same for one seed. */
interface Pace {
  goesOn(operations: number): boolean;
  /** Resolves when the next transaction is due. */
  turn(operations: number, signal: AbortSignal): Promise<void>;
}

function makePace({ writers, operationsPerSecond, until }: Workload): Pace {
  const elapsedMs = stopwatch();
  const share = (until.operations ?? Number.POSITIVE_INFINITY) / writers;
  return {
    goesOn: (operations) => operations < share && elapsedMs() < (until.seconds ?? Number.POSITIVE_INFINITY) * 1000,
    turn: async (operations, signal) => {
      if (operationsPerSecond === undefined) return;
      const aheadMs = (operations / (operationsPerSecond / writers)) * 1000 - elapsedMs();
      if (aheadMs > 1) await pause(aheadMs, signal);
    },
  };
}
