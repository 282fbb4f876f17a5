import { freshSecret } from "#core/random.ts";
import type { RunningServer } from "#runtime/port.ts";
import { type ConnectOptions, connectMysql, type MysqlClient } from "#stages/mysql/client.ts";
import { type MysqlSecrets, type MysqlServerOptions, mysqlServer, mysqlUsers } from "#stages/mysql/server.ts";
import { openTestRuntime, type TestRuntime } from "./one-server.ts";

/** The passwords of all servers of a test file. */
export const secrets: MysqlSecrets = {
  root: freshSecret(),
  harness: freshSecret(),
  debezium: freshSecret(),
  duckdb: freshSecret(),
};

export interface OneMysql extends AsyncDisposable {
  readonly server: RunningServer;
  /** How the harness's user logs in. */
  readonly login: ConnectOptions;
  /** A connection of that user's. */
  readonly client: MysqlClient;
}

export interface OneMysqlOptions extends Partial<Omit<MysqlServerOptions, "secrets">> {
  /** A runtime that has other servers, too; one of its own unless told. */
  readonly here?: TestRuntime;
}

/** A MySQL with GTIDs unless told, on which these statements were run; it ends with what is handed out. */
export async function oneMysql(
  statements: readonly string[] = [],
  { here, ...options }: OneMysqlOptions = {},
): Promise<OneMysql> {
  await using begun = new AsyncDisposableStack();
  const runtime = here ?? begun.use(await openTestRuntime());
  const server = await runtime.start(mysqlServer({ positions: "gtid", profile: "fast", secrets, ...options }));
  const login = { address: server.address("sql"), user: mysqlUsers.harness, password: secrets.harness };
  const client = begun.use(await connectMysql(login));
  for (const statement of statements) await client.execute(statement);
  const whole = begun.move();
  return { server, login, client, [Symbol.asyncDispose]: () => whole.disposeAsync() };
}
