import { environmentError } from "#core/errors.ts";
import type { Random } from "#core/random.ts";
import type { RowUpdate, Source, Statement, TransactionStream } from "#core/source.ts";

/** The column that every rehearsal adds to one table in the middle of its workload. */
export const addedColumn = "floe_added";

export interface AddingOptions {
  readonly table: string;
  /** Before this transaction of the writer's. */
  readonly beforeTransaction: number;
}

/**
 * A source whose one writer adds a column and uses it from then on. The DDL is the beginning of a transaction of the stream,
 * and not a scenario's schema change, so that two runs of a seed do the same, operation by operation.
 */
export function addingColumn(source: Source, { table, beforeTransaction }: AddingOptions): Source {
  return {
    ...source,
    transactions: (options) => {
      let added = false;
      const also = () => [...(options.also?.() ?? []), ...(added ? [usingIt(table)] : [])];
      return stream(source.transactions({ ...options, also }), {
        ddl: `ALTER TABLE \`${table}\` ADD COLUMN ${addedColumn} BIGINT NULL`,
        at: beforeTransaction,
        onAdded: () => (added = true),
      });
    },
  };
}

interface Adding {
  readonly ddl: string;
  readonly at: number;
  readonly onAdded: () => void;
}

function* stream(
  inner: TransactionStream,
  { ddl, at, onAdded }: Adding,
): Generator<ReturnType<typeof inner.next>["value"], never, Parameters<typeof inner.next>[0]> {
  let [number, changed] = [0, false];
  let outcome: Parameters<typeof inner.next>[0];
  for (;;) {
    const transaction = inner.next(outcome).value;
    number++;
    const changes = !changed && number >= at && transaction.rollback !== true;
    outcome = yield changes ? { ...transaction, statements: [...alone(ddl), ...transaction.statements] } : transaction;
    if (!changes) continue;
    if (outcome?.committed === false) throw refused(ddl);
    changed = true;
    onAdded();
  }
}

function refused(ddl: string): Error {
  return environmentError({
    code: "SCHEMA_CHANGE_FAILED",
    what: `MySQL did not take the rehearsal's schema change, or what came after it: ${ddl}`,
    remedy: "look at MySQL's log in the run folder",
  });
}

/**
 * DDL commits what is open, so the transaction begins after it; and its GTID is not to be taken for the transaction's, which
 * MySQL lets nobody say inside of one.
 */
function alone(ddl: string): Statement[] {
  const told = (gtids: string) => ({ sql: `SET SESSION session_track_gtids = ${gtids}` });
  return [{ sql: "COMMIT" }, told("OFF"), { sql: ddl }, told("OWN_GTID"), { sql: "BEGIN" }];
}

/** Beyond 32 bits, so that a lake that took it for an INT is seen. */
function usingIt(table: string): RowUpdate {
  const value = (random: Random) => 5_000_000_000 + random.int(0, 999_999);
  return { table, chance: 0.2, set: (_row, random) => ({ [addedColumn]: BigInt(value(random)) }) };
}
