import { deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import { openMysql } from "#pipeline";
import type { MysqlClient } from "#stages/mysql/client.ts";
import { oldestBinlog } from "#stages/mysql/progress.ts";
import { mysqlUsers } from "#stages/mysql/server.ts";
import type { Fault } from "../fault.ts";
import { atOnce, type Moment, timed } from "../moments.ts";

// What somebody changes in MySQL's settings and rights, and sets back when the act is over.

/** A setting or right that is changed: what undoes it, and its mark. */
interface Changed {
  readonly undo: (mysql: MysqlClient) => Promise<unknown>;
  readonly proof: string | undefined;
}

interface Changing {
  readonly verb: string;
  readonly when: Moment | undefined;
  readonly change: (mysql: MysqlClient) => Promise<Changed>;
}

function changing({ verb, when = atOnce, change }: Changing): Fault {
  return {
    label: timed(verb, when),
    when,
    inject: async (context) => {
      await using mysql = await openMysql(context.stack);
      const { undo, proof } = await change(mysql);
      return {
        heal: async () => {
          await using later = await openMysql(context.stack);
          await undo(later);
        },
        proof: async () => proof,
      };
    },
  };
}

/**
 * Lets binlogs expire after a second, as `binlog_expire_logs_seconds` says, and begins a new file: MySQL deletes those that are
 * older, when it begins one, but for a file that a reader has open.
 */
export function expireBinlogs(when?: Moment): Fault {
  const change = async (mysql: MysqlClient) => {
    const before = await oldestBinlog(mysql);
    const old = await globalOf(mysql, "binlog_expire_logs_seconds");
    await mysql.execute("SET GLOBAL binlog_expire_logs_seconds = 1");
    await mysql.execute("FLUSH BINARY LOGS");
    await secondsPass(mysql, 2);
    await mysql.execute("FLUSH BINARY LOGS");
    const now = await oldestBinlog(mysql);
    return {
      undo: (later: MysqlClient) => later.execute(`SET GLOBAL binlog_expire_logs_seconds = ${old}`),
      proof: now === before ? undefined : `${before} -> ${now}`,
    };
  };
  return changing({ verb: "let the binlogs expire", when, change });
}

/** By MySQL's own clock, which decides what has expired. */
async function secondsPass(mysql: MysqlClient, seconds: number): Promise<void> {
  const now = async () => Number((await mysql.query("SELECT UNIX_TIMESTAMP() AS now"))[0]?.["now"]);
  const until = (await now()) + seconds;
  await poll({
    what: `${seconds} seconds of MySQL's clock`,
    deadline: deadlineIn(30_000),
    everyMs: 100,
    look: async () => {
      const left = until - (await now());
      return left <= 0 ? seen(undefined) : notYet(`${left} s left`);
    },
  });
}

/** Sets the server's time zone: sessions that begin from then on have it, unless they set their own. */
export function timeZone({ zone, when }: { readonly zone: string; readonly when?: Moment }): Fault {
  const change = async (mysql: MysqlClient) => {
    const old = await globalOf(mysql, "time_zone");
    await mysql.execute("SET GLOBAL time_zone = ?", [zone]);
    const now = await globalOf(mysql, "time_zone");
    return {
      undo: (later: MysqlClient) => later.execute("SET GLOBAL time_zone = ?", [old]),
      proof: now === old ? undefined : `sessions begin in ${now}, no longer in ${old}`,
    };
  };
  return changing({ verb: `set the server's time zone to ${zone}`, when, change });
}

async function globalOf(mysql: MysqlClient, name: string): Promise<string> {
  return (await mysql.query(`SELECT @@GLOBAL.${name} AS value`))[0]?.["value"] ?? "";
}

export interface Revoke {
  /** Global ones: `RELOAD`, which FLUSH TABLES WITH READ LOCK needs, and which hosted MySQL does not give. */
  readonly privileges: readonly string[];
  readonly when?: Moment;
}

/** Takes rights from the source connector's user; its next sessions are without them. */
export function revoke({ privileges, when }: Revoke): Fault {
  const list = privileges.join(", ");
  const user = `'${mysqlUsers.debezium}'@'%'`;
  const grants = async (mysql: MysqlClient) =>
    (await mysql.query(`SHOW GRANTS FOR ${user}`)).flatMap((row) => Object.values(row)).join("; ");
  const change = async (mysql: MysqlClient) => {
    const before = await grants(mysql);
    await mysql.execute(`REVOKE ${list} ON *.* FROM ${user}`);
    const now = await grants(mysql);
    return {
      undo: (later: MysqlClient) => later.execute(before === now ? "DO 0" : `GRANT ${list} ON *.* TO ${user}`),
      proof: before === now ? undefined : `it has now: ${now}`,
    };
  };
  return changing({ verb: `revoke ${list} from the source's user`, when, change });
}
