import { openMysql, openReplica } from "#pipeline";
import { setReplicaDelay, transactionsBehind } from "#stages/mysql/replica.ts";
import type { Fault } from "../fault.ts";
import { atOnce, type Moment, timed } from "../moments.ts";

export interface DelayReplica {
  readonly seconds: number;
  /** Until the act is over unless told. */
  readonly forMs?: number;
  readonly when?: Moment;
}

/** Has the replica execute each transaction only so long after its commit, and with it what its own binlog tells. */
export function delayReplica({ seconds, forMs, when = atOnce }: DelayReplica): Fault {
  return {
    label: timed(`have the replica lag ${seconds} s`, when),
    when,
    servers: ["mysql-replica"],
    inject: async ({ stack }) => {
      await using replica = await openReplica(stack);
      await setReplicaDelay(replica, seconds);
      let proof: string | undefined;
      return {
        ...(forMs === undefined ? {} : { healAfterMs: forMs }),
        heal: async () => {
          await using primary = await openMysql(stack);
          await using lagging = await openReplica(stack);
          const behind = await transactionsBehind({ primary, replica: lagging });
          if (behind > 0) proof = `${behind} transactions behind the primary`;
          await setReplicaDelay(lagging, 0);
        },
        proof: async () => proof,
      };
    },
  };
}
