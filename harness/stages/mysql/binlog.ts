// What runs here: a reader of MySQL's binlog, as a replica reads it; it is MySQL's own record of what was committed.
// Guarantees: each row change of a database between two positions once, in the binlog's order, with MySQL's own values.
// Does not: know of changes made with sql_log_bin=0, or wait for what comes after the end.
// Broken by: a purged file, STATEMENT format, partial JSON, XA; each is an error that says so.
// Evidence: file and position of each change, which `mysqlbinlog` and Debezium's source block have as well.
import { environmentError, FloeError, messageOf } from "#core/errors.ts";
import { textDecoders } from "./binlog/charsets.ts";
import { BinlogDecoder } from "./binlog/decoder.ts";
import type { BinlogPosition } from "./binlog/dump.ts";
import type { BinlogEntry } from "./binlog/entry.ts";
import { ForeignTexts } from "./binlog/foreign-texts.ts";
import { makeTables } from "./binlog/tables.ts";
import { type ConnectOptions, connectMysql, type MysqlClient } from "./client.ts";
import { binlogFiles, mysqlProgress } from "./progress.ts";
import { describeTables } from "./tables.ts";

export type { BinlogPosition } from "./binlog/dump.ts";
export type { BinlogChange, BinlogEntry, BinlogStatement } from "./binlog/entry.ts";
export type { BinlogRow } from "./binlog/rows.ts";

export interface ReadBinlogOptions {
  /** Needs REPLICATION SLAVE, and SELECT on the database where `binlog_row_metadata` is not FULL. */
  readonly login: Omit<ConnectOptions, "database">;
  /** The end of a transaction, as `binlogPosition` gives it. */
  readonly from: BinlogPosition;
  readonly to: BinlogPosition;
  /** Whose tables are told; other databases' are passed over. */
  readonly database: string;
}

/**
 * Reads what was committed between two positions. Values are the text that MySQL prints in UTC, with these exceptions:
 * bytes (BINARY, BLOB, spatial types, VECTOR) are hex digits and BIT is a number, as keys are spelled everywhere here;
 * FLOAT(M,D), DOUBLE(M,D) and ZEROFILL lack the zeros that only the display adds; text that the server itself cannot read in its character set is `<bytes in NAME: hex>`. A row image that is not FULL lacks columns. A change of the
 * primary key is a delete and an insert with the same pos and row, as Debezium tells it.
 */
export async function* readBinlog(options: ReadBinlogOptions): AsyncGenerator<BinlogEntry> {
  const { from, to, login } = options;
  if (hasReached(from, to)) return;
  await using clients = new AsyncDisposableStack();
  const connect = async () => clients.use(await connectMysql(login));
  const client = await connect();
  const foreign = new ForeignTexts();
  const decoder = await decoderFor(client, { options, foreign });
  let asking: Promise<MysqlClient> | undefined;
  for await (const events of eventsOf(client, options)) {
    const entries = decodeUntil(decoder, events, to);
    yield* await foreign.settle(entries, () => (asking ??= connect()));
    if (hasReached(decoder.position, to)) return;
  }
  throw endsEarly(decoder.position, to);
}

async function* eventsOf(client: MysqlClient, options: ReadBinlogOptions): AsyncGenerator<readonly Buffer[]> {
  try {
    yield* client.dumpBinlog(options.from);
  } catch (error) {
    throw await explained(error, options);
  } finally {
    client.cut();
  }
}

function decodeUntil(decoder: BinlogDecoder, events: readonly Buffer[], to: BinlogPosition): BinlogEntry[] {
  const entries: BinlogEntry[] = [];
  for (const event of events) {
    entries.push(...decoder.decode(event));
    if (hasReached(decoder.position, to)) break;
  }
  return entries;
}

/** Where the binlog ends now. Needs REPLICATION CLIENT. */
export async function binlogPosition(client: MysqlClient): Promise<BinlogPosition> {
  try {
    const { file, position } = await mysqlProgress(client);
    return { file, pos: Number(position) };
  } catch (error) {
    throw errorNumber(error) === accessDenied ? noRight("REPLICATION CLIENT", error) : error;
  }
}

async function decoderFor(
  client: MysqlClient,
  { options: { from, database }, foreign }: { options: ReadBinlogOptions; foreign: ForeignTexts },
) {
  const [row] = await client.query("SELECT @@log_bin AS binlog, @@GLOBAL.binlog_format AS format");
  if (row?.["binlog"] !== "1" || row["format"] !== "ROW") throw notInRows(row);
  const decoders = await textDecoders(client, foreign);
  const present = await describeTables(client, database);
  await introduceReader(client);
  return new BinlogDecoder({ from, tables: makeTables({ database, decoders, present }) });
}

/** What a reader says of itself before it asks for the binlog. */
export async function introduceReader(client: MysqlClient): Promise<void> {
  // Both names: 8.0.26 renamed the first. Servers tell replicas apart by their UUIDs, and end the elder of two that have
  // the same; 9.7.4 lets readers without one live, too.
  await client.execute(
    "SET @master_binlog_checksum = 'CRC32', @source_binlog_checksum = 'CRC32', @slave_uuid = UUID(), @replica_uuid = @slave_uuid",
  );
}

/** Files are numbered in their order. */
function hasReached(position: BinlogPosition, to: BinlogPosition): boolean {
  const ahead = numberOf(position.file) - numberOf(to.file);
  return ahead > 0 || (ahead === 0 && position.pos >= to.pos);
}

function numberOf(file: string): number {
  return Number(/\d+$/.exec(file)?.[0] ?? 0);
}

const accessDenied = 1227;
const cannotRead = 1236;

/** The server's own number of an error, or that of what caused it. */
function errorNumber(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  return "errno" in error && typeof error.errno === "number" ? error.errno : errorNumber(error.cause);
}

async function explained(error: unknown, { login, from }: ReadBinlogOptions): Promise<unknown> {
  if (error instanceof FloeError) return error;
  const number = errorNumber(error);
  if (number === accessDenied) return noRight("REPLICATION SLAVE", error);
  if (number !== cannotRead) {
    return environmentError({
      code: "MYSQL_CONNECTION_LOST",
      what: `reading the binlog from ${from.file}:${from.pos} ended before its end`,
      got: messageOf(error),
      remedy: "look at MySQL's log in the run folder, and at the faults of the run",
      cause: error,
    });
  }
  const files = await filesLeft(login);
  if (files.length > 0 && !files.includes(from.file)) return purged(from, files, error);
  return environmentError({
    code: "BINLOG_POSITION",
    what: `MySQL cannot read its binlog from ${from.file}:${from.pos}`,
    got: messageOf(error),
    remedy: "read from where a transaction ends, as SHOW BINARY LOG STATUS told it",
    cause: error,
  });
}

async function filesLeft(login: ConnectOptions): Promise<readonly string[]> {
  try {
    await using client = await connectMysql(login);
    return (await binlogFiles(client)).map(({ file }) => file);
  } catch {
    // Without that right the server's own words must do.
    return [];
  }
}

function purged({ file }: BinlogPosition, files: readonly string[], cause: unknown): Error {
  return environmentError({
    code: "BINLOG_PURGED",
    what: `the binlog ${file} was purged`,
    expected: "every file since the run began",
    got: `${files[0]} is the oldest`,
    remedy: "raise binlog_expire_logs_seconds, leave out PURGE BINARY LOGS and RESET, and run again",
    cause,
  });
}

function noRight(right: string, cause: unknown): Error {
  return environmentError({
    code: "BINLOG_RIGHT",
    what: "this user may not read MySQL's binlog",
    got: messageOf(cause),
    remedy: `GRANT ${right} ON *.* TO the user`,
    cause,
  });
}

function notInRows(row: Readonly<Record<string, string | null>> | undefined): Error {
  const off = row?.["binlog"] !== "1";
  return environmentError({
    code: "BINLOG_NOT_ROWS",
    what: "MySQL does not write row changes to a binlog",
    expected: "log_bin and binlog_format=ROW",
    got: off ? "no binlog" : `binlog_format=${row["format"]}`,
    remedy: off ? "start mysqld without --skip-log-bin" : "SET GLOBAL binlog_format = 'ROW'",
  });
}

function endsEarly(position: BinlogPosition, to: BinlogPosition): Error {
  return environmentError({
    code: "BINLOG_POSITION",
    what: `the binlog ends before ${to.file}:${to.pos}`,
    got: `${position.file}:${position.pos}`,
    remedy: "ask the same server for both positions; RESET and a restored backup begin another binlog",
  });
}
