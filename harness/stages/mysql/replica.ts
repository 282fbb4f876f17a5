import { type Deadline, notYet, poll, seen } from "#core/deadline.ts";
import { environmentError } from "#core/errors.ts";
import type { MysqlClient } from "./client.ts";
import { countGtids, type GtidSet, parseGtidSet, subtractGtids } from "./gtid-set.ts";

interface Pair {
  readonly primary: MysqlClient;
  readonly replica: MysqlClient;
}

/** Waits until a replica has executed what the primary has now. */
export async function awaitReplicated({ primary, replica, deadline }: Pair & { deadline: Deadline }): Promise<void> {
  const wanted = await executedBy(primary);
  let stopped: Error | undefined;
  await poll({
    what: "the replica to have what the primary has",
    deadline,
    everyMs: 20,
    look: async () => {
      const missing = subtractGtids(wanted, await executedBy(replica));
      if (countGtids(missing) === 0) return seen(undefined);
      stopped = await reasonToStop(replica);
      return notYet(`${countGtids(missing)} transactions are missing`);
    },
    hopeless: () => stopped,
  });
}

/** How many transactions the primary has executed and the replica has not. */
export async function transactionsBehind({ primary, replica }: Pair): Promise<number> {
  return countGtids(subtractGtids(await executedBy(primary), await executedBy(replica)));
}

/** Lets a replica execute a transaction only so many seconds after its commit; 0 for at once. */
export async function setReplicaDelay(replica: MysqlClient, seconds: number): Promise<void> {
  await replica.execute("STOP REPLICA SQL_THREAD");
  await replica.execute(`CHANGE REPLICATION SOURCE TO SOURCE_DELAY = ${seconds}`);
  await replica.execute("START REPLICA SQL_THREAD");
}

/** Keeps everybody from writing, those with every right, too. Resolves when no commit is under way any more. */
export async function refuseWrites(primary: MysqlClient): Promise<void> {
  await primary.execute("SET GLOBAL super_read_only = ON");
}

/** Has a replica hear nothing more of the primary; it executes what it has received. */
export async function stopReceiving(replica: MysqlClient): Promise<void> {
  await replica.execute("STOP REPLICA IO_THREAD");
}

/** Makes a replica a server that takes writes and follows nobody, when it has executed all that it has received. */
export async function promote(replica: MysqlClient, deadline: Deadline): Promise<void> {
  await stopReceiving(replica);
  await poll({
    what: "the replica to execute what it has received",
    deadline,
    everyMs: 20,
    look: async () => {
      const [status] = await replica.query("SHOW REPLICA STATUS");
      const left = subtractGtids(parseGtidSet(status?.["Retrieved_Gtid_Set"] ?? ""), await executedBy(replica));
      return countGtids(left) === 0 ? seen(undefined) : notYet(`${countGtids(left)} transactions are left`);
    },
  });
  await replica.execute("STOP REPLICA");
  await replica.execute("RESET REPLICA ALL");
  await replica.execute("SET GLOBAL read_only = OFF");
}

/** One whose own binlog has no replicated transactions knows them all the same. */
export async function executedBy(client: MysqlClient): Promise<GtidSet> {
  const [row] = await client.query("SELECT @@GLOBAL.gtid_executed AS executed");
  return parseGtidSet(row?.["executed"] ?? "");
}

/** The error that ended its replication, if one did. */
async function reasonToStop(replica: MysqlClient): Promise<Error | undefined> {
  const [status] = await replica.query("SHOW REPLICA STATUS");
  const got = status?.["Last_SQL_Error"] ?? "";
  if (got === "") return undefined;
  return environmentError({
    code: "REPLICA_STOPPED",
    what: "the replica has stopped replicating",
    got,
    remedy: "look at mysql-replica.log in the run folder; rows that were written to the replica itself get in the way",
    evidence: [`executed: ${status?.["Executed_Gtid_Set"] ?? ""}`],
  });
}
