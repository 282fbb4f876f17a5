import { closeSync, openSync } from "node:fs";
import { keyText } from "#core/key-text.ts";
import type { Change, Transaction } from "#core/source.ts";
import { writeLine } from "./history-file.ts";

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
  readonly changes: number;
}

export function openLedger(file: string): Ledger {
  const descriptor = openSync(file, "a");
  const transactions: LedgerTransaction[] = [];
  let seq = 0;
  return {
    file,
    record: (entry) => {
      const lines = entry.transaction.changes.map((change) => ledgerLine({ seq: seq++, entry, change }));
      if (lines.length > 0) writeLine({ descriptor, file, line: `${lines.join("\n")}\n` });
      transactions.push({ gtid: entry.gtid, changes: lines.length });
    },
    operations: () => seq,
    transactions: () => transactions,
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}

function ledgerLine({ seq, entry, change }: { seq: number; entry: LedgerEntry; change: Change }): string {
  const { gtid, file, position, ackedAtMs, writer, transaction } = entry;
  return JSON.stringify({
    seq,
    writer,
    label: transaction.label,
    gtid: gtid ?? null,
    file: file ?? null,
    pos: position === undefined ? null : Number(position),
    table: change.table,
    kind: change.kind,
    key: keyText(change.key),
    status: "ok",
    ackedAtMs: ackedAtMs ?? null,
  });
}
