import { keyText, valueTexts } from "#core/key-text.ts";
import type { Change, Transaction } from "#core/source.ts";
import { jsonLine, openLines } from "./line-file.ts";

/** What MySQL acknowledged, one line a row change: `ledger.jsonl`, which DuckDB reads. */
export interface Ledger extends Disposable {
  readonly file: string;
  /** Notes a transaction's changes. */
  record(entry: LedgerEntry): void;
  /** Row changes acknowledged so far. */
  operations(): number;
  /** Every transaction's GTID with its number of row changes, in the order of acknowledgement. */
  transactions(): readonly LedgerTransaction[];
}

export interface LedgerEntry {
  readonly writer: number;
  readonly transaction: Transaction;
  readonly gtid?: string | undefined;
  readonly file?: string | undefined;
  readonly position?: bigint | undefined;
  /** Undefined where the answer got lost and the binlog had to settle it. */
  readonly ackedAtMs: number | undefined;
}

export interface LedgerTransaction {
  readonly gtid: string | undefined;
  /** Where the binlog stood just after it, at the earliest; known where it has no GTID. */
  readonly place?: { readonly file: string; readonly pos: number };
  readonly changes: number;
}

export function operationsOf(transactions: readonly LedgerTransaction[]): number {
  return transactions.reduce((sum, { changes }) => sum + changes, 0);
}

export function openLedger(file: string): Ledger {
  const lines = openLines(file);
  const transactions: LedgerTransaction[] = [];
  let seq = 0;
  return {
    file,
    record: (entry) => {
      const { changes } = entry.transaction;
      lines.write(changes.map((change) => jsonLine(ledgerLine({ seq: seq++, entry, change }))));
      transactions.push({ gtid: entry.gtid, ...placeOf(entry), changes: changes.length });
    },
    operations: () => seq,
    transactions: () => transactions,
    [Symbol.dispose]: () => lines[Symbol.dispose](),
  };
}

function placeOf({ file, position }: LedgerEntry): Pick<LedgerTransaction, "place"> {
  return file === undefined || position === undefined ? {} : { place: { file, pos: Number(position) } };
}

function ledgerLine({ seq, entry, change }: { seq: number; entry: LedgerEntry; change: Change }) {
  const { gtid, file, position, ackedAtMs, writer, transaction } = entry;
  return {
    seq,
    writer,
    label: transaction.label,
    gtid: gtid ?? null,
    file: file ?? null,
    pos: position ?? null,
    table: change.table,
    kind: change.kind,
    key: keyText(change.key),
    before: change.before === undefined ? null : valueTexts(change.before),
    after: change.after === undefined ? null : valueTexts(change.after),
    status: "ok",
    ackedAtMs: ackedAtMs ?? null,
  };
}
