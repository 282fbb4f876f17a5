import type { LinkName } from "#core/addresses.ts";
import { deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import { openMysql, openReplica } from "#pipeline";
import { countGtids, type GtidSet, hasGtid, subtractGtids } from "#stages/mysql/gtid-set.ts";
import { serverUuid } from "#stages/mysql/progress.ts";
import {
  awaitReplicated,
  executedBy,
  promote,
  refuseWrites,
  stopReceiving,
  transactionsBehind,
} from "#stages/mysql/replica.ts";
import { capturesReplica, firstAddress, type Stack } from "../../stack.ts";
import type { FaultContext } from "../context.ts";
import type { Fault } from "../fault.ts";
import { type LedgerTransaction, operationsOf } from "../ledger.ts";
import { atOnce, type Moment, timed } from "../moments.ts";
import { sessions } from "../sessions.ts";
import { changesInTopics } from "./offsets.ts";

export interface PromoteReplica {
  /**
   * Transactions that the replica has not received when the primary dies, at least: they are gone with it. None unless told:
   * a switch that was planned, or semi-synchronous replication.
   */
  readonly unreplicated?: number;
  readonly when?: Moment;
}

/**
 * A failover: the primary refuses writes and is killed, the replica follows nobody any more and takes writes, and the
 * primary's address leads to it, for the writers, the source and the checks alike. The primary stays away. Announces
 * `unreplicated`: operations that were acknowledged and that the promoted server does not have. A source that reads the
 * primary has read them all before it dies.
 */
export function promoteReplica({ unreplicated = 0, when = atOnce }: PromoteReplica = {}): Fault {
  const behind = unreplicated > 0 ? ` that is ${unreplicated} transactions behind` : "";
  return {
    label: timed(`promote the replica${behind}`, when),
    when,
    servers: ["mysql", "mysql-replica"],
    links: primaryLinks,
    inject: async (context) => {
      const { stack } = context;
      const primary = await context.server("mysql");
      await standStill(context, unreplicated);
      await primary.kill();
      await using replica = await openReplica(stack);
      await promote(replica, deadlineIn(60_000));
      const had = await executedBy(replica);
      const promoted = await serverUuid(replica);
      const gone = operationsOf(missingIn(had, context));
      takeOver(stack);
      return {
        interruptsFlow: true,
        heal: async () => undefined,
        announced: async () => ({ unreplicated: gone }),
        proof: async () => {
          await using now = await openMysql(stack);
          const since = countGtids(subtractGtids(await executedBy(now), had));
          if (since === 0 || primary.state() !== "ended" || (await serverUuid(now)) !== promoted) return undefined;
          return `mysql is gone; ${promoted} committed ${since} transactions in its place, ${gone} operations never reached it`;
        },
      };
    },
  };
}

/** The ways to the primary, but for the replica's own. */
const primaryLinks = ["debezium->mysql", "duckdb->mysql", "harness->mysql"] as const satisfies LinkName[];

/** Ends with a primary that commits nothing more, and a replica that lacks so many of its transactions, or none. */
async function standStill(context: FaultContext, unreplicated: number): Promise<void> {
  const { stack } = context;
  await using primary = await openMysql(stack);
  await using replica = await openReplica(stack);
  if (unreplicated === 0) {
    await refuseWrites(primary);
    return await awaitReplicated({ primary, replica, deadline: deadlineIn(60_000) });
  }
  await stopReceiving(replica);
  await poll({
    what: `${unreplicated} transactions that the replica does not receive`,
    deadline: deadlineIn(20_000),
    look: async () => {
      const behind = await transactionsBehind({ primary, replica });
      return behind >= unreplicated ? seen(undefined) : notYet(`${behind} transactions`);
    },
    remedy: "give the workload more operations, or the fault an earlier moment",
  });
  await refuseWrites(primary);
  await readToTheEnd(context, missingIn(await executedBy(replica), context));
}

/** When the source never gets so far, the checks tell what it lacks. */
async function readToTheEnd(context: FaultContext, transactions: readonly LedgerTransaction[]): Promise<void> {
  if (capturesReplica(context.stack.plan) || (await sessions(context, "source")).size === 0) return;
  const within = poll({
    what: "the source to read what the primary has committed",
    deadline: deadlineIn(30_000),
    everyMs: 200,
    look: async () => {
      const read = new Set((await changesInTopics(context)).map(({ gtid }) => gtid));
      const left = transactions.filter(({ gtid }) => gtid !== undefined && !read.has(gtid));
      return left.length === 0 ? seen(undefined) : notYet(`${left.length} transactions are left`);
    },
  });
  await within.catch(() => undefined);
}

function takeOver({ plan, addresses, links }: Stack): void {
  for (const link of primaryLinks) {
    // A source that reads the replica already stays where it is.
    if (link === "debezium->mysql" && capturesReplica(plan)) continue;
    links.proxyOf(link).divert(firstAddress(addresses, "harness->replica"));
  }
}

/** Acknowledged transactions that a server did not have. */
function missingIn(had: GtidSet, { ledger }: FaultContext): LedgerTransaction[] {
  return ledger.transactions().filter(({ gtid }) => gtid !== undefined && !hasGtid(had, gtid));
}
