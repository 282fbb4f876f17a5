import { freshUuid } from "#core/random.ts";
import type { MysqlClient } from "#stages/mysql/client.ts";
import { gtidSubset, mysqlProgress, oldestBinlog, resetStatement, serverUuid } from "#stages/mysql/progress.ts";
import { mysqlUsers } from "#stages/mysql/server.ts";
import type { FaultContext } from "../context.ts";
import type { Fault } from "../fault.ts";
import type { Moment } from "../moments.ts";
import { blow } from "./mysql-blow.ts";
import { bigRow, bigTransaction, lockTables, longTransaction } from "./mysql-holds.ts";
import { promoteReplica } from "./mysql-promotion.ts";
import { delayReplica } from "./mysql-replica.ts";
import { restoreDump, takeDump } from "./mysql-restore.ts";
import { excerpt } from "./mysql-session.ts";
import { expireBinlogs, revoke, timeZone } from "./mysql-settings.ts";
import { behindTheBinlog, clock, rowImage, type Sql, sql } from "./mysql-statements.ts";

/** What MySQL does by itself, and what other people do to it. Without a moment of its own, each strikes as the act begins. */
export const mysqlFaults = {
  rotateBinlogs,
  purgeBinlogs,
  expireBinlogs,
  resetBinlogsAndGtids,
  killConnections,
  errantTransaction,
  gtidGap,
  rowImage,
  behindTheBinlog,
  clock,
  sql,
  bigTransaction,
  bigRow,
  longTransaction,
  lockTables,
  truncate,
  timeZone,
  revoke,
  delayReplica,
  promoteReplica,
  takeDump,
  restoreDump,
} as const;

/** Begin a new binlog file. */
function rotateBinlogs(when?: Moment): Fault {
  const strike = async (mysql: MysqlClient) => {
    const before = (await mysqlProgress(mysql)).file;
    await mysql.execute("FLUSH BINARY LOGS");
    return { proof: moved(before, (await mysqlProgress(mysql)).file) };
  };
  return blow({ verb: "rotate the binlogs", when, strike });
}

/** Begin a new binlog file and purge all the others, but for those that a reader has open. */
function purgeBinlogs(when?: Moment): Fault {
  const strike = async (mysql: MysqlClient) => {
    const before = await oldestBinlog(mysql);
    await mysql.execute("FLUSH BINARY LOGS");
    await mysql.execute("PURGE BINARY LOGS TO ?", [(await mysqlProgress(mysql)).file]);
    return { proof: moved(before, await oldestBinlog(mysql)) };
  };
  return blow({ verb: "purge the binlogs", when, strike });
}

/** RESET BINARY LOGS AND GTIDS (RESET MASTER before 8.2): the binlog and the numbers begin anew, the rows stay. */
function resetBinlogsAndGtids(when?: Moment): Fault {
  const strike = async (mysql: MysqlClient, { seededAt }: FaultContext) => {
    const { gtidExecuted: before } = await mysqlProgress(mysql);
    await mysql.execute(resetStatement(mysql.serverVersion));
    seededAt.delete(await serverUuid(mysql));
    const { gtidExecuted: after } = await mysqlProgress(mysql);
    const forgotten = before !== "" && !(await gtidSubset(mysql, { part: before, whole: after }));
    return { proof: forgotten ? moved(before, after === "" ? "no GTIDs" : after) : undefined };
  };
  return blow({ verb: "reset binlogs and GTIDs", when, strike });
}

/** End the connections of one end: the source connector's, its reader of the binlog too, or the checks'. */
function killConnections({ of, when }: { readonly of: "debezium" | "duckdb"; readonly when?: Moment }): Fault {
  const strike = async (mysql: MysqlClient) => {
    const found = await mysql.query(
      "SELECT ID AS id, COMMAND AS command FROM information_schema.PROCESSLIST WHERE USER = ?",
      [mysqlUsers[of]],
    );
    // One that has gone meanwhile makes KILL fail: it needed no killing.
    const killed = await Promise.allSettled(found.map(({ id }) => mysql.execute(`KILL ${id ?? ""}`)));
    const dead = found
      .filter((_, at) => killed[at]?.status === "fulfilled")
      .map(({ id, command }) => `${id} (${command})`);
    return { proof: dead.length > 0 ? `killed ${dead.join(", ")}` : undefined };
  };
  return blow({ verb: `kill the connections of ${of}`, when, strike });
}

/** A transaction with a GTID of another server, as one that was written on a replica. */
function errantTransaction({ statements, when }: Sql): Fault {
  const strike = async (mysql: MysqlClient) => {
    const gtid = `${freshUuid()}:1`;
    await withGtid(mysql, { gtid, statements });
    const { gtidExecuted } = await mysqlProgress(mysql);
    return {
      proof: (await gtidSubset(mysql, { part: gtid, whole: gtidExecuted })) ? `${gtid} is executed` : undefined,
    };
  };
  return blow({ verb: `errant transaction: ${excerpt(statements)}`, when, needs: ["gtids"], strike });
}

/** An empty transaction whose number is far ahead: those that follow fill the gap from below. */
function gtidGap({ of = 1_000, when }: { readonly of?: number; readonly when?: Moment } = {}): Fault {
  const strike = async (mysql: MysqlClient) => {
    const uuid = await serverUuid(mysql);
    const last = lastNumber((await mysqlProgress(mysql)).gtidExecuted, uuid);
    await withGtid(mysql, { gtid: `${uuid}:${last + of}`, statements: [] });
    const executed = (await mysqlProgress(mysql)).gtidExecuted;
    return { proof: executed.includes(`:${last + of}`) ? `executed: ${executed}` : undefined };
  };
  return blow({ verb: `leave a gap of ${of} GTIDs`, when, needs: ["gtids"], strike });
}

/** TRUNCATE a table. Announces `truncated`: the rows it had. */
function truncate({ table, when }: { readonly table: string; readonly when?: Moment }): Fault {
  const strike = async (mysql: MysqlClient) => {
    await mysql.execute(`LOCK TABLES \`${table}\` WRITE`);
    const rows = await rowsIn(mysql, table);
    await mysql.execute(`TRUNCATE TABLE \`${table}\``);
    const left = await rowsIn(mysql, table);
    await mysql.execute("UNLOCK TABLES");
    const proof = rows > 0 && left === 0 ? `${rows} rows gone` : undefined;
    return { proof, announced: { truncated: rows - left } };
  };
  return blow({ verb: `truncate ${table}`, when, ownPipeline: true, strike });
}

function moved(before: string, after: string): string | undefined {
  return before === after ? undefined : `${before} -> ${after}`;
}

async function withGtid(
  mysql: MysqlClient,
  { gtid, statements }: { readonly gtid: string; readonly statements: readonly string[] },
): Promise<void> {
  await mysql.execute("SET gtid_next = ?", [gtid]);
  for (const statement of ["BEGIN", ...statements, "COMMIT", "SET gtid_next = 'AUTOMATIC'"])
    await mysql.execute(statement);
}

function lastNumber(executed: string, uuid: string): number {
  const [, intervals = ""] = new RegExp(`${uuid}:([\\d:-]+)`).exec(executed) ?? [];
  return Math.max(0, ...(intervals.match(/\d+/g) ?? []).map(Number));
}

async function rowsIn(mysql: MysqlClient, table: string): Promise<number> {
  const [counted] = await mysql.query(`SELECT count(*) AS n FROM \`${table}\``);
  return Number(counted?.["n"] ?? "0");
}
