import { hostPort } from "#core/addresses.ts";
import { FloeError, systemCode } from "#core/errors.ts";
import { fitsAny } from "#lint/java-regex.ts";
import type { Found } from "#lint/rule.ts";
import { isOpaque, type View } from "#lint/view.ts";
import { type ConnectOptions, connectMysql, type MysqlClient } from "#stages/mysql/client.ts";
import { missingRights } from "./grants.ts";
import { type LiveFile, liveFile } from "./live-files.ts";
import { notTried, tell } from "./tell.ts";

/** What was found about a server, and what it says of itself for lint's rules to judge. */
export interface MysqlLook {
  readonly findings: readonly Found[];
  readonly live: readonly LiveFile[];
  /** Tables that the connector captures, as `database.table`; undefined where nobody could ask. */
  readonly tables: readonly string[] | undefined;
}

export interface MysqlAsked {
  readonly view: View;
  /** In place of what the configuration says: `--mysql`. */
  readonly login: ConnectOptions | undefined;
  /** Connectors on the worker that read the same server's binlog. */
  readonly readers: number;
}

/** Logs in as the connector would, and asks what Debezium relies on. Reads alone, and nothing as a replica. */
export async function lookAtMysql(asked: MysqlAsked): Promise<MysqlLook> {
  const { view } = asked;
  const login = asked.login ?? loginOf(view);
  if (login === undefined) return nothingAsked(view);
  try {
    await using client = await connectMysql({ ...login, withinMs: 10_000 });
    return await ask(client, asked);
  } catch (error) {
    if (!(error instanceof FloeError) || !error.code.startsWith("MYSQL_")) throw error;
    return { findings: refused(view, login, error), live: [], tables: undefined };
  }
}

function loginOf(view: View): ConnectOptions | undefined {
  const [host, user] = [view.text("database.hostname"), view.text("database.user")];
  const password = view.has("database.password") ? view.text("database.password") : "";
  const port = view.has("database.port") ? view.number("database.port") : 3306;
  if (host === undefined || user === undefined || password === undefined || port === undefined) return undefined;
  return { address: { host, port }, user, password };
}

function nothingAsked(view: View): MysqlLook {
  const login = ["database.hostname", "database.port", "database.user", "database.password"];
  const unknown = login.filter((key) => isOpaque(view.get(key)?.value ?? ""));
  const because = unknown.length === 0 ? "" : `: only the worker knows ${unknown.join(", ")}`;
  const told = `rights, binlog settings and server id at MySQL${because}`;
  const remedy = "give a login for the look: --mysql mysql://USER:PASSWORD@HOST:PORT, or FLOE_MYSQL";
  const findings = notTried({ view, key: unknown[0] ?? "database.hostname", told, remedy });
  return { findings, live: [], tables: undefined };
}

function refused(view: View, { address, user }: ConnectOptions, error: FloeError): Found[] {
  const where = hostPort(address);
  const why = error.got ?? error.message;
  if (systemCode(error.cause) === "ER_SECURE_TRANSPORT_REQUIRED")
    return notTried({ view, key: "database.hostname", told: `MySQL at ${where} asks for TLS, which this look lacks` });
  // Without an SQLSTATE nobody has answered.
  const answered = error.cause instanceof Error && "sqlState" in error.cause && error.cause.sqlState !== undefined;
  if (!answered)
    return tell({ rule: "server-unreachable", view, key: "database.hostname", told: `MySQL at ${where}: ${why}` });
  const told = `MySQL at ${where} does not let ${user} do what the connector does: ${why}`;
  return tell({ rule: "mysql-login-refused", view, key: "database.user", told });
}

async function ask(client: MysqlClient, asked: MysqlAsked): Promise<MysqlLook> {
  const { view } = asked;
  const where = hostPort(client.address);
  const variables = await variablesOf(client);
  const grants = await grantsOf(client);
  const tables = captured(view, await tablesOf(client));
  const settings = { ...variables, ...Object.fromEntries(grants.map((line, at) => [`GRANT ${at}`, line])) };
  const label = `MySQL at ${where}`;
  return {
    findings: [
      ...unmatched(view, tables),
      ...rightsMissing(view, grants, tables),
      ...(await serverId(client, asked)),
      ...rdsRetention(view, client.address.host),
    ],
    live: [liveFile({ label, kind: "mysql-server", settings, view, key: "database.hostname" })],
    tables,
  };
}

/** Those that lint has rules on, and that a running server tells as a file would. */
const asVariables = [
  "log_bin",
  "binlog_format",
  "binlog_row_image",
  "binlog_row_value_options",
  "binlog_expire_logs_seconds",
  "binlog_checksum",
  "gtid_mode",
  "enforce_gtid_consistency",
  "log_replica_updates",
  "server_id",
  "interactive_timeout",
  "wait_timeout",
  "net_write_timeout",
];

async function variablesOf(client: MysqlClient): Promise<Record<string, string>> {
  const rows = await client.query("SHOW GLOBAL VARIABLES WHERE Variable_name IN (?)".replace("?", quoted(asVariables)));
  return Object.fromEntries(rows.map((row) => [row["Variable_name"] ?? "", row["Value"] ?? ""]));
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(", ");
}

/** With the rights of the roles that are active at login. */
async function grantsOf(client: MysqlClient): Promise<string[]> {
  return (await client.query("SHOW GRANTS")).flatMap((row) => Object.values(row)[0] ?? []);
}

async function tablesOf(client: MysqlClient): Promise<string[]> {
  const rows = await client.query(
    `SELECT CONCAT(table_schema, '.', table_name) AS name FROM information_schema.tables
     WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')`,
  );
  return rows.flatMap(({ name }) => name ?? []);
}

/** What the include and exclude lists leave of the tables, as Debezium reads them: whole names, upper and lower case alike. */
export function captured(view: View, tables: readonly string[]): string[] {
  const database = (table: string) => table.slice(0, table.indexOf("."));
  const passes = (key: string, name: string) => {
    const included = view.has(`${key}.include.list`) ? fitsAny(view.list(`${key}.include.list`), name) : true;
    return included && !fitsAny(view.list(`${key}.exclude.list`), name);
  };
  return tables.filter((table) => passes("database", database(table)) && passes("table", table));
}

/** Entries of the include list that no table fits: a table that is not there yet, or a slip. */
function unmatched(view: View, tables: readonly string[]): Found[] {
  const key = "table.include.list";
  const without = view.list(key).filter((entry) => !tables.some((table) => fitsAny([entry], table)));
  if (without.length === 0) return [];
  const told = `no table that the user can see fits ${without.slice(0, 3).join(", ")}`;
  return tell({ rule: "mysql-tables-missing", view, key, told });
}

function rightsMissing(view: View, grants: readonly string[], tables: readonly string[]): Found[] {
  const locks = view.text("snapshot.locking.mode") !== "none" && !/^(never)$/.test(view.text("snapshot.mode") ?? "");
  const missing = missingRights(grants, { tables, locks, signals: view.text("signal.data.collection") });
  return missing.slice(0, 10).flatMap(({ right, on, because }) =>
    tell({
      rule: "mysql-rights-missing",
      view,
      key: "database.user",
      told: `${view.text("database.user") ?? "the user"} has no ${right} on ${on}: ${because}`,
      remedy: `GRANT ${right} ON ${on} TO the connector's user`,
    }),
  );
}

/**
 * The server's own id is among its variables, where a rule of lint's looks. Debezium does not register as a replica does,
 * so its id is in no list of MySQL's: only that it reads is to be seen.
 */
async function serverId(client: MysqlClient, { view, readers }: MysqlAsked): Promise<Found[]> {
  const key = "database.server.id";
  const id = view.text(key);
  if (id === undefined) return [];
  const replicas = await replicasOf(client);
  if (replicas.includes(id))
    return tell({ rule: "dbz-server-id-collision", view, key, told: `${key}=${id} is a replica's already` });
  const threads = await client.query("SHOW PROCESSLIST");
  const dumps = threads.filter(({ Command }) => Command?.startsWith("Binlog Dump") === true).length;
  const strangers = dumps - replicas.length - readers;
  if (strangers <= 0) return [];
  const told = `whether ${key}=${id} is free: ${strangers} more read the binlog, and MySQL does not tell their ids`;
  return notTried({ view, key, told, remedy: "look at the configurations of the other readers" });
}

/** `SHOW REPLICAS` was `SHOW SLAVE HOSTS` until 8.0.22. Who may not ask lacks REPLICATION SLAVE, which is told already. */
async function replicasOf(client: MysqlClient): Promise<string[]> {
  for (const statement of ["SHOW REPLICAS", "SHOW SLAVE HOSTS"]) {
    try {
      return (await client.query(statement)).flatMap((row) => row["Server_Id"] ?? row["Server_id"] ?? []);
    } catch (error) {
      if (!(error instanceof FloeError && error.code === "MYSQL_REJECTED")) throw error;
    }
  }
  return [];
}

/** Hosted MySQL purges by a setting of its own, which no variable shows. */
function rdsRetention(view: View, host: string): Found[] {
  if (!host.endsWith(".rds.amazonaws.com")) return [];
  const told =
    "how long RDS keeps binlogs: it goes by `binlog retention hours`, which the connector's user cannot read";
  return notTried({
    view,
    key: "database.hostname",
    told,
    remedy: "CALL mysql.rds_show_configuration as an administrator",
  });
}
