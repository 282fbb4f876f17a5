import { openMysql } from "#pipeline";
import type { MysqlClient } from "#stages/mysql/client.ts";
import * as dump from "#stages/mysql/dump.ts";
import { hasGtid, parseGtidSet } from "#stages/mysql/gtid-set.ts";
import { mysqlProgress, serverUuid } from "#stages/mysql/progress.ts";
import type { FaultContext } from "../context.ts";
import type { Fault } from "../fault.ts";
import { type LedgerTransaction, operationsOf } from "../ledger.ts";
import { atOnce, type Moment, timed } from "../moments.ts";
import { changesInTopics } from "./offsets.ts";
import { unhealed } from "./parts.ts";

/** Takes a dump of the run's schema, with the GTIDs that it has behind it, for `restoreDump`. Breaks nothing. */
export function takeDump(when: Moment = atOnce): Fault {
  return {
    label: timed("take a dump", when),
    when,
    needs: ["gtids"],
    inject: async (context) => {
      await using mysql = await openMysql(context.stack);
      const { gtids } = await dump.takeDump(mysql, dumpOf(context));
      return unhealed(`it has ${gtids}`);
    },
  };
}

/**
 * Sets the server back to the dump that was taken before: schema, rows, and GTIDs, so that numbers are given a second time.
 * Announces, by the transactions that are in the topics then: `undone`, operations that the source has read and the server has
 * no more; `reissued`, those made since under the numbers of these; and `unseen`, the latter with those that were undone before
 * they were read. Strike while the source is stopped, or it reads on meanwhile.
 */
export function restoreDump(when: Moment = atOnce): Fault {
  return {
    label: timed("restore the dump", when),
    when,
    needs: ["gtids"],
    inject: async (context) => {
      await using mysql = await openMysql(context.stack);
      const before = (await mysqlProgress(mysql)).gtidExecuted;
      const { gtids, counts } = await restored(mysql, context);
      return {
        interruptsFlow: true,
        heal: async () => undefined,
        proof: async () => {
          const { undone, unread } = counts();
          return undone + unread === 0 ? undefined : `${undone + unread} operations undone: ${before} -> ${gtids}`;
        },
        announced: async () => {
          const { undone, unread, reissued } = counts();
          return { undone, reissued, unseen: reissued + unread };
        },
      };
    },
  };
}

/** Restores, and says which operations that concerns, of those that are acknowledged when it is asked. */
async function restored(mysql: MysqlClient, context: FaultContext) {
  const { ledger, seededAt } = context;
  let [gtids, written] = ["", 0];
  const read = new Set<string | null>();
  const between = async (dumped: string) => {
    // The stored offset may lack the last transaction whose records are there already.
    for (const { gtid } of await changesInTopics(context)) read.add(gtid);
    [gtids, written] = [dumped, ledger.transactions().length];
  };
  await dump.restoreDump(mysql, { ...dumpOf(context), between });
  // Its binlog begins anew: for what it held, the writers' word stands.
  seededAt.delete(await serverUuid(mysql));
  const had = parseGtidSet(gtids);
  const hasRead = ({ gtid }: LedgerTransaction) => gtid !== undefined && read.has(gtid);
  const counts = () => {
    const all = ledger.transactions();
    const gone = all.slice(0, written).filter(({ gtid }) => gtid !== undefined && !hasGtid(had, gtid));
    const undone = operationsOf(gone.filter(hasRead));
    return { undone, unread: operationsOf(gone) - undone, reissued: operationsOf(all.slice(written).filter(hasRead)) };
  };
  return { gtids, counts };
}

function dumpOf({ pipeline }: FaultContext): dump.Dump {
  const { database } = pipeline.spec.names;
  return { database, copy: `${database}_dump` };
}
