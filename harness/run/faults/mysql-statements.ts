import { pipelineVariables, resolveVariables } from "#stages/connect/variables.ts";
import type { MysqlClient } from "#stages/mysql/client.ts";
import type { FaultContext } from "../context.ts";
import type { Fault } from "../fault.ts";
import type { Moment } from "../moments.ts";
import { blow } from "./mysql-blow.ts";
import { excerpt, inSession } from "./mysql-session.ts";

// Statements of somebody else's, in sessions that are as a scenario wants them.

export interface Sql {
  /** Run one by one in the run's schema. */
  readonly statements: readonly string[];
  readonly when?: Moment;
}

/** Statements of somebody else's, in the binlog like all others. `${floe:pipeline.database}` is the run's schema. */
export function sql({ statements, when }: Sql): Fault {
  const strike = (mysql: MysqlClient, { pipeline }: FaultContext) => {
    const settings = Object.fromEntries(statements.map((statement, at) => [String(at), statement]));
    const own = resolveVariables({ file: "the fault's statements", settings }, pipelineVariables(pipeline.spec));
    return inSession(mysql, { statements: Object.values(own) });
  };
  return blow({ verb: `run ${excerpt(statements)}`, when, strike });
}

/** Statements of a session whose row images are not FULL: `UPDATE`s and `DELETE`s lack columns in the binlog. */
export function rowImage({ image, statements, when }: Sql & { readonly image: "MINIMAL" | "NOBLOB" }): Fault {
  const prelude = [`SET SESSION binlog_row_image = '${image}'`];
  const verb = `run with row images ${image}: ${excerpt(statements)}`;
  return blow({ verb, when, strike: (mysql) => inSession(mysql, { prelude, statements }) });
}

/**
 * Statements of a session whose clock is so many seconds off, two at least: what they store as the present, and the times of
 * their events in the binlog. The time of the commit, which goes with its GTID, stays the server's.
 */
export function clock({ bySeconds, statements, when }: Sql & { readonly bySeconds: number }): Fault {
  const prelude = [`SET SESSION timestamp = UNIX_TIMESTAMP() + ${bySeconds}`];
  const strike = async (mysql: MysqlClient) => {
    const { proof } = await inSession(mysql, { prelude, statements });
    // SYSDATE() goes by the server's clock, whatever the session's is.
    const [seen] = await mysql.query("SELECT TIMESTAMPDIFF(SECOND, SYSDATE(), NOW()) AS off");
    const off = Number(seen?.["off"] ?? "0");
    return { proof: proof === undefined || Math.abs(off) < 2 ? undefined : `${proof}, its clock ${off} s off` };
  };
  return blow({ verb: `run with a clock ${bySeconds} s off: ${excerpt(statements)}`, when, strike });
}

/** Statements that the binlog does not tell of. */
export function behindTheBinlog({ statements, when }: Sql): Fault {
  const prelude = ["SET SESSION sql_log_bin = 0", "SET SESSION foreign_key_checks = 0"];
  const verb = `run behind the binlog: ${excerpt(statements)}`;
  return blow({ verb, when, strike: (mysql) => inSession(mysql, { prelude, statements, logged: false }) });
}
