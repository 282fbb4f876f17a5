// Runs here: mysqld with a row-based binlog (full row metadata), GTIDs on or off, and four users with only their own rights;
// beside it, where a stack asks for one, a replica that follows it by GTIDs from its first start on.
// Guarantees: ready means that a real login answered; in `fast`, what was acknowledged outlives a killed mysqld.
// Does not: outlive a crash of the machine in `fast` (nothing is flushed to disk).
// Broken by: faults on its process (kill, stop, pause), on links to it, and by SQL behind the binlog (sql_log_bin=0).
// Evidence: its log in the run folder; GTIDs and binlog positions through progress.ts.
import type { Address } from "#core/addresses.ts";
import type { Deadline } from "#core/deadline.ts";
import type { PositionMode, Profile } from "#core/pipeline-spec.ts";
import type { Launch, Place, ServerSpec } from "#runtime/port.ts";
import { connectMysql } from "./client.ts";
import { sqlText } from "./sql-text.ts";

/** The users of the stack, by what they do. */
export const mysqlUsers = {
  /** Only through the socket. */
  root: "root",
  /** May do everything: makes schemas, seeds, writes, plants differences behind the binlog. */
  harness: "floe",
  /** What Debezium's documentation asks for, and nothing else. */
  debezium: "debezium",
  /** Reads. */
  duckdb: "duckdb",
} as const;

/** A password for each user. */
export type MysqlSecrets = Readonly<Record<keyof typeof mysqlUsers, string>>;

export interface MysqlServerOptions {
  readonly positions: PositionMode;
  readonly profile: Profile;
  readonly secrets: MysqlSecrets;
  /** mysqld options without the dashes, over those of the profile: `{ "max-connections": "20" }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Makes it `mysql-replica`, that follows another one. */
  readonly replica?: ReplicaOptions;
}

/**
 * Whether a replica writes what it replicates to its own binlog (`log_replica_updates`), for the source to read there. A
 * standby does, and nobody reads it: it is there to be promoted.
 */
export type ReplicaKind = "with-updates-logged" | "without-updates-logged" | "standby";

export interface ReplicaOptions {
  readonly kind: ReplicaKind;
  /** Where it finds the server that it follows. Called when it is launched. */
  readonly source: () => Address;
}

export function mysqlServer(options: MysqlServerOptions): ServerSpec {
  return {
    name: options.replica === undefined ? "mysql" : "mysql-replica",
    part: "mysql",
    ports: ["sql"],
    launch: (place) => launch(options, place),
    prepared: { key: "utc-1", make: initialise, forget: ["auto.cnf"] },
    ready: (address, deadline) => answers(address("sql"), options.secrets.harness, deadline),
    readyWithinMs: 30_000,
  };
}

function launch({ positions, profile, secrets, settings, replica }: MysqlServerOptions, place: Place): Launch {
  const options: Readonly<Record<string, string>> = {
    datadir: place.dataDir,
    "bind-address": place.bindHost,
    port: String(place.port("sql")),
    "init-file": place.file(initFile),
    ...always,
    ...(positions === "gtid" ? gtidOn : gtidOff),
    ...(profile === "fast" ? fast : {}),
    ...(replica === undefined ? {} : following(replica)),
    ...settings,
  };
  return {
    program: { kind: "mysqld" },
    args: ["--no-defaults", ...asArguments(options)],
    files: { [initFile]: [...userStatements(secrets), ...followStatements(secrets, replica), ""].join("\n") },
  };
}

/** Fills an empty data folder. Without a password for root: each server's init file sets its own. */
function initialise(place: Place): Launch {
  const options = {
    datadir: place.dataDir,
    "loose-mysqlx": "OFF",
    "loose-innodb-redo-log-capacity": "8M",
    ...undurable,
  };
  return { program: { kind: "mysqld" }, args: ["--no-defaults", "--initialize-insecure", ...asArguments(options)] };
}

const initFile = "users.sql";

// TLS stays on: without it DuckDB's client cannot send a password that mysqld does not have in its cache yet.
const always: Readonly<Record<string, string>> = {
  // Relative to the data folder, in which mysqld works: a socket's full path must stay below 107 characters.
  socket: "m.sock",
  "server-id": "1",
  "log-bin": "binlog",
  "binlog-format": "ROW",
  "binlog-row-image": "FULL",
  "binlog-row-metadata": "FULL",
  "default-time-zone": "+00:00",
  "local-infile": "ON",
  "skip-name-resolve": "ON",
  "loose-mysqlx": "OFF",
};

const gtidOn = { "gtid-mode": "ON", "enforce-gtid-consistency": "ON" };
const gtidOff = { "gtid-mode": "OFF", "enforce-gtid-consistency": "OFF" };

const undurable: Readonly<Record<string, string>> = {
  "innodb-flush-method": "nosync",
  "innodb-doublewrite": "OFF",
  "performance-schema": "OFF",
};

const fast: Readonly<Record<string, string>> = {
  ...undurable,
  // 2 and not 0: with 0 a killed mysqld forgets commits that its binlog has already told Debezium of.
  "innodb-flush-log-at-trx-commit": "2",
  "sync-binlog": "0",
  "innodb-buffer-pool-size": "128M",
  "loose-innodb-redo-log-capacity": "128M",
  "innodb-log-buffer-size": "8M",
  "innodb-buffer-pool-load-at-startup": "OFF",
  "innodb-buffer-pool-dump-at-shutdown": "OFF",
  "innodb-read-io-threads": "1",
  "innodb-write-io-threads": "1",
  "innodb-purge-threads": "1",
  "innodb-use-native-aio": "OFF",
  "innodb-validate-tablespace-paths": "OFF",
  "table-open-cache": "400",
  "table-definition-cache": "400",
  "max-connections": "60",
  "event-scheduler": "OFF",
};

function following({ kind }: ReplicaOptions): Readonly<Record<string, string>> {
  return {
    "server-id": "2",
    "read-only": "ON",
    "skip-replica-start": "ON",
    "log-replica-updates": kind === "without-updates-logged" ? "OFF" : "ON",
  };
}

/** Run at each start, as the users' are: what it has executed already is not asked for again. */
function followStatements(secrets: MysqlSecrets, replica: ReplicaOptions | undefined): string[] {
  if (replica === undefined) return [];
  const { host, port } = replica.source();
  return [
    "STOP REPLICA;",
    `CHANGE REPLICATION SOURCE TO SOURCE_HOST = ${sqlText(host)}, SOURCE_PORT = ${port}, ` +
      `SOURCE_USER = '${mysqlUsers.harness}', SOURCE_PASSWORD = ${sqlText(secrets.harness)}, ` +
      "SOURCE_SSL = 1, SOURCE_AUTO_POSITION = 1, SOURCE_CONNECT_RETRY = 1, SOURCE_RETRY_COUNT = 86400;",
    "START REPLICA;",
  ];
}

/** Run at each start, so each statement bears repetition. Out of the binlog: users are no data of the pipeline's. */
function userStatements(secrets: MysqlSecrets): string[] {
  const { harness, debezium, duckdb } = mysqlUsers;
  const create = (user: string, secret: string) =>
    `CREATE USER IF NOT EXISTS '${user}'@'%' IDENTIFIED BY ${sqlText(secret)};`;
  return [
    "SET SESSION sql_log_bin = 0;",
    `ALTER USER 'root'@'localhost' IDENTIFIED BY ${sqlText(secrets.root)};`,
    create(harness, secrets.harness),
    `GRANT ALL ON *.* TO '${harness}'@'%' WITH GRANT OPTION;`,
    create(debezium, secrets.debezium),
    "GRANT SELECT, RELOAD, SHOW DATABASES, REPLICATION SLAVE, REPLICATION CLIENT, LOCK TABLES " +
      `ON *.* TO '${debezium}'@'%';`,
    create(duckdb, secrets.duckdb),
    `GRANT SELECT, SHOW DATABASES ON *.* TO '${duckdb}'@'%';`,
  ];
}

async function answers(address: Address, password: string, deadline: Deadline): Promise<boolean> {
  const withinMs = Math.min(2_000, deadline.remainingMs() + 1);
  await using client = await connectMysql({ address, user: mysqlUsers.harness, password, withinMs });
  return (await client.query("SELECT 1 AS one"))[0]?.["one"] === "1";
}

function asArguments(options: Readonly<Record<string, string>>): string[] {
  return Object.entries(options).map(([name, value]) => `--${name}=${value}`);
}
