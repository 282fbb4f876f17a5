import { Readable } from "node:stream";
import { type Connection, createConnection, type QueryOptions } from "mysql2/promise";
import { z } from "zod";
import { type Address, hostPort } from "#core/addresses.ts";
import { within } from "#core/deadline.ts";
import { environmentError, messageOf, systemCode } from "#core/errors.ts";
import type { SqlValue } from "#core/source.ts";
import { type BinlogPosition, dumpBinlog } from "./binlog/dump.ts";

export interface ConnectOptions {
  readonly address: Address;
  readonly user: string;
  readonly password: string;
  readonly database?: string;
  /** How long an answer may take, of the login and of each call; a connection that keeps silent is cut. */
  readonly withinMs?: number;
}

/** One connection to MySQL, in UTC and utf8mb4. Nothing is ever sent twice. */
export interface MysqlClient extends AsyncDisposable {
  readonly address: Address;
  /** As MySQL tells it: `9.7.4-2`. */
  readonly serverVersion: string;
  /** The rows of a SELECT or SHOW. */
  query(sql: string, values?: readonly SqlValue[]): Promise<readonly TextRow[]>;
  /** A statement that changes something. */
  execute(sql: string, values?: readonly SqlValue[]): Promise<Answer>;
  /** Several statements in one round trip. The first that is rejected ends them. */
  script(statements: readonly BoundStatement[]): Promise<readonly Answer[]>;
  /** LOAD DATA LOCAL: `chunks` are the file that MySQL asks for. */
  sendFile(options: { sql: string; chunks: Iterable<string>; withinMs: number }): Promise<Answer>;
  /** The events of the binlog from a position to its present end. The connection is of no other use from then on. */
  dumpBinlog(from: BinlogPosition): AsyncIterable<readonly Buffer[]>;
  /** Cuts the connection at once; MySQL rolls back what was open. */
  cut(): void;
}

/** A row as text: numbers keep every digit, dates are what MySQL prints. Ask for HEX() of binary columns. */
export type TextRow = Readonly<Record<string, string | null>>;

export interface BoundStatement {
  readonly sql: string;
  readonly values?: readonly SqlValue[] | undefined;
}

/** What MySQL says to one statement. */
export interface Answer {
  /** Rows that were really changed. */
  readonly affectedRows: number;
  readonly warnings: number;
  /** `Records: 2  Duplicates: 0  Warnings: 0`. */
  readonly info: string;
  /** GTIDs of what this statement committed, where `session_track_gtids` is on. */
  readonly gtids: readonly string[];
  readonly rows: readonly TextRow[];
}

/** Logs in. Throws `MYSQL_CONNECT` when that fails. */
export async function connectMysql(options: ConnectOptions): Promise<MysqlClient> {
  const withinMs = options.withinMs ?? 30_000;
  const connection = await open(options, withinMs);
  // Without a listener, the end of an idle connection would end the process; the next call tells of it anyway.
  connection.on("error", () => undefined);
  const send: Send = (query, ms = withinMs) => answerTo({ connection, options, query, ms });
  // The server's own time zone may be any, and may be changed as a fault.
  const [, versions] = z
    .tuple([okPacket, z.unknown()])
    .parse(await send({ sql: "SET SESSION time_zone = '+00:00'; SELECT VERSION() AS version" }));
  const [version] = parsedRows(versions);
  return {
    address: options.address,
    serverVersion: version?.["version"] ?? "",
    query: async (sql, values = []) => parsedRows(await send({ sql, values: [...values] })),
    execute: async (sql, values = []) => parsedAnswer(await send({ sql, values: [...values] })),
    script: async (statements) => {
      const sql = statements.map((statement) => connection.format(statement.sql, [...(statement.values ?? [])]));
      const answers = await send({ sql: sql.join(";\n") });
      return statements.length === 1 ? [parsedAnswer(answers)] : z.array(z.unknown()).parse(answers).map(parsedAnswer);
    },
    sendFile: async ({ sql, chunks, withinMs: ms }) =>
      parsedAnswer(await send({ sql, infileStreamFactory: () => Readable.from(chunks, { objectMode: false }) }, ms)),
    dumpBinlog: (from) => dumpBinlog(connection, { from, silentMs: withinMs }),
    cut: () => connection.destroy(),
    [Symbol.asyncDispose]: () => end(connection),
  };
}

type Send = (query: QueryOptions, ms?: number) => Promise<unknown>;

async function open({ address, user, password, database }: ConnectOptions, withinMs: number): Promise<Connection> {
  try {
    return await createConnection({
      host: address.host,
      port: address.port,
      user,
      password,
      ...(database === undefined ? {} : { database }),
      charset: "utf8mb4",
      connectTimeout: withinMs,
      multipleStatements: true,
      // Without FOUND_ROWS an UPDATE counts the rows that it changed, which are the ones in the binlog.
      flags: ["-FOUND_ROWS", "-IGNORE_SPACE"],
      // JSON is always UTF-8; mysql2 takes a column of it for binary, and prints a warning where it does not.
      typeCast: (field) => (field.type === "JSON" ? (field.buffer()?.toString("utf8") ?? null) : field.string()),
    });
  } catch (error) {
    throw environmentError({
      code: "MYSQL_CONNECT",
      what: `could not log in to MySQL at ${hostPort(address)} as ${user}`,
      got: messageOf(error) || systemCode(error),
      remedy: "look at MySQL's log in the run folder: it says why it does not answer",
      cause: error,
    });
  }
}

interface Sending {
  readonly connection: Connection;
  readonly options: ConnectOptions;
  readonly query: QueryOptions;
  readonly ms: number;
}

async function answerTo({ connection, options, query, ms }: Sending): Promise<unknown> {
  try {
    const [answer] = await within({
      what: `MySQL's answer to ${excerpt(query.sql)}`,
      ms,
      run: connection.query(query),
    });
    return answer;
  } catch (error) {
    if (sqlState(error) === undefined) connection.destroy();
    throw sqlState(error) === undefined ? lost(options, query.sql, error) : rejected(query.sql, error);
  }
}

/** MySQL itself said no: the statement did nothing. */
function rejected(sql: string, error: unknown): Error {
  return environmentError({
    code: "MYSQL_REJECTED",
    what: `MySQL rejected a statement: ${messageOf(error)}`,
    got: excerpt(sql),
    remedy: "correct the statement, or the rows that it meets",
    cause: error,
  });
}

/** No answer: whether the statement took effect is not known. */
function lost({ address }: ConnectOptions, sql: string, error: unknown): Error {
  return environmentError({
    code: "MYSQL_CONNECTION_LOST",
    what: `the connection to MySQL at ${hostPort(address)} ended before the answer`,
    got: `${messageOf(error)}, to ${excerpt(sql)}`,
    remedy: "look at MySQL's log in the run folder, and at the faults of the run",
    cause: error,
  });
}

/** The server's own error has an SQLSTATE; ER_SERVER_SHUTDOWN and its kin (08S01) only say that the answer is lost. */
function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error && "sqlState" in error && typeof error.sqlState === "string")) return undefined;
  return error.sqlState === "" || error.sqlState === "08S01" ? undefined : error.sqlState;
}

function excerpt(sql: string): string {
  const line = sql.replaceAll(/\s+/g, " ").trim();
  return line.length > 160 ? `${line.slice(0, 160)} …` : line;
}

const textRow = z.record(z.string(), z.string().nullable());
const okPacket = z.object({
  affectedRows: z.number(),
  warningStatus: z.number().default(0),
  info: z.string().default(""),
  stateChanges: z.object({ gtids: z.array(z.string()) }).optional(),
});

function parsedRows(answer: unknown): readonly TextRow[] {
  return z.array(textRow).parse(answer);
}

function parsedAnswer(answer: unknown): Answer {
  if (Array.isArray(answer)) return { affectedRows: 0, warnings: 0, info: "", gtids: [], rows: parsedRows(answer) };
  const { affectedRows, warningStatus, info, stateChanges } = okPacket.parse(answer);
  return { affectedRows, warnings: warningStatus, info, gtids: stateChanges?.gtids ?? [], rows: [] };
}

async function end(connection: Connection): Promise<void> {
  try {
    await within({ what: "MySQL's goodbye", ms: 1_000, run: connection.end() });
  } catch {
    // Already gone, or silent: there is nothing left to end but our own side.
    connection.destroy();
  }
}
