import type { SourcePosition } from "#stages/debezium/progress.ts";
import { hasGtid, parseGtidSet } from "#stages/mysql/gtid-set.ts";
import { comparePlaces } from "#stages/mysql/progress.ts";
import type { Ledger, LedgerTransaction } from "./ledger.ts";

/**
 * Tells how many of the ledger's row changes, from its first on, lie before a position of the source, or lay before one that it
 * had earlier: offsets go back.
 */
export function makeSourceReach(ledger: Pick<Ledger, "transactions">): (position: SourcePosition) => number {
  let [passed, operations] = [0, 0];
  return (position) => {
    const isBefore = beforeIt(position);
    const transactions = ledger.transactions();
    for (let next = transactions[passed]; next !== undefined && isBefore(next); next = transactions[passed]) {
      operations += next.changes;
      passed++;
    }
    return operations;
  };
}

/** By GTID where the source goes by them: files are the server's own, and another may have taken its place. */
function beforeIt({ gtids, file, pos }: SourcePosition): (transaction: LedgerTransaction) => boolean {
  if (gtids === undefined) return ({ place }) => place !== undefined && comparePlaces(place, { file, pos }) <= 0;
  const set = parseGtidSet(gtids);
  return ({ gtid }) => gtid !== undefined && hasGtid(set, gtid);
}
