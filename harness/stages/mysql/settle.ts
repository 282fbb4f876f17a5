import type { MysqlClient } from "./client.ts";

/**
 * Finds out whether a transaction with a chosen GTID was committed, for good: when it was not, its GTID is used up by an
 * empty transaction, so that a COMMIT still under way somewhere in the network does nothing when it arrives.
 */
export async function settleUnknown(client: MysqlClient, gtid: string): Promise<"committed" | "not-committed"> {
  if (await isExecuted(client, gtid)) return "committed";
  // Waits while the session that was cut still owns the GTID; then either it is executed, or it is ours.
  await client.execute("SET gtid_next = ?", [gtid]);
  const executed = await isExecuted(client, gtid);
  await client.script([{ sql: "BEGIN" }, { sql: "COMMIT" }, { sql: "SET gtid_next = 'AUTOMATIC'" }]);
  return executed ? "committed" : "not-committed";
}

async function isExecuted(client: MysqlClient, gtid: string): Promise<boolean> {
  const [row] = await client.query("SELECT GTID_SUBSET(?, @@GLOBAL.gtid_executed) AS executed", [gtid]);
  return row?.["executed"] === "1";
}
