import { environmentError } from "#core/errors.ts";
import type { SqlValue } from "#core/source.ts";
import type { Answer, MysqlClient, TextRow } from "./client.ts";
import { sqlName } from "./sql-text.ts";

export interface LoadOptions {
  readonly database: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: Iterable<readonly SqlValue[]>;
  readonly withinMs?: number;
}

/**
 * Loads rows with LOAD DATA LOCAL, without checking foreign keys. Gives the number of rows. Throws when MySQL did not take
 * each of them exactly as it is: LOCAL would turn such errors into warnings.
 */
export async function loadRows(client: MysqlClient, options: LoadOptions): Promise<number> {
  const binary = await binaryColumns(client, options.database, options.table);
  const rows = Iterator.from(options.rows);
  let loaded = 0;
  await client.execute("SET foreign_key_checks = 0, unique_checks = 0");
  for (;;) {
    const sent = await loadBatch(client, options, { rows: rows, binary });
    loaded += sent;
    if (sent < rowsPerTransaction) break;
  }
  await client.execute("SET foreign_key_checks = 1, unique_checks = 1");
  return loaded;
}

/** mysqld keeps a hash of every row that a transaction changes: 3 million rows at once cost it 250 MB for good. */
const rowsPerTransaction = 100_000;

interface Batch {
  readonly rows: IteratorObject<readonly SqlValue[]>;
  readonly binary: ReadonlySet<string>;
}

async function loadBatch(client: MysqlClient, options: LoadOptions, { rows, binary }: Batch): Promise<number> {
  const asHex = options.columns.map((column) => binary.has(column));
  let sent = 0;
  function* lines(): Generator<string> {
    while (sent < rowsPerTransaction) {
      const { value, done } = rows.next();
      if (done === true) return;
      sent++;
      yield lineOf(value, asHex);
    }
  }
  const { withinMs = 600_000 } = options;
  const answer = await client.sendFile({ sql: statement(options, binary), chunks: chunked(lines()), withinMs });
  if (answer.affectedRows === sent && answer.warnings === 0) return sent;
  throw notAsSent(options, { sent, answer, warnings: await client.query("SHOW WARNINGS LIMIT 5") });
}

/** The types that no character set applies to: their bytes travel as hex digits. */
async function binaryColumns(client: MysqlClient, database: string, table: string): Promise<ReadonlySet<string>> {
  const rows = await client.query(
    `SELECT column_name AS name FROM information_schema.columns WHERE table_schema = ? AND table_name = ?
     AND (data_type IN ('bit', 'binary', 'varbinary', 'vector') OR data_type LIKE '%blob' OR srs_id IS NOT NULL
       OR data_type IN ('geometry', 'point', 'linestring', 'polygon', 'multipoint', 'multilinestring', 'multipolygon',
         'geomcollection', 'geometrycollection'))`,
    [database, table],
  );
  return new Set(rows.map((row) => row["name"] ?? ""));
}

function statement({ database, table, columns }: LoadOptions, binary: ReadonlySet<string>): string {
  const variable = (column: string) => `@hex_${columns.indexOf(column)}`;
  const targets = columns.map((column) => (binary.has(column) ? variable(column) : sqlName(column)));
  const sets = columns.filter((c) => binary.has(c)).map((column) => `${sqlName(column)} = UNHEX(${variable(column)})`);
  return (
    `LOAD DATA LOCAL INFILE 'rows' INTO TABLE ${sqlName(database)}.${sqlName(table)} CHARACTER SET utf8mb4 ` +
    `(${targets.join(", ")})${sets.length === 0 ? "" : ` SET ${sets.join(", ")}`}`
  );
}

function lineOf(row: readonly SqlValue[], asHex: readonly boolean[]): string {
  let line = "";
  for (let at = 0; at < row.length; at++) {
    if (at > 0) line += "\t";
    line += fieldOf(row[at] ?? null, asHex[at] === true);
  }
  return `${line}\n`;
}

function fieldOf(value: SqlValue, asHex: boolean): string {
  if (value === null) return "\\N";
  if (asHex) return hexOf(value);
  if (value instanceof Uint8Array) return escaped(Buffer.from(value).toString("utf8"));
  return typeof value === "string" ? escaped(value) : String(value);
}

/** Bytes as they are, text as UTF-8, a number (of a BIT column) with its most significant byte first. */
function hexOf(value: Exclude<SqlValue, null>): string {
  if (typeof value === "string") return Buffer.from(value, "utf8").toString("hex");
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  const digits = BigInt(value).toString(16);
  return digits.length % 2 === 0 ? digits : `0${digits}`;
}

const special = /[\\\t\n\0]/;

function escaped(text: string): string {
  if (!special.test(text)) return text;
  return text.replaceAll("\\", "\\\\").replaceAll("\t", "\\t").replaceAll("\n", "\\n").replaceAll("\0", "\\0");
}

/** Lines in chunks of about 256 KiB: a stream of single lines would cost more than the loading. */
function* chunked(lines: Iterable<string>): Generator<string> {
  let chunk = "";
  for (const line of lines) {
    chunk += line;
    if (chunk.length > 262_144) {
      yield chunk;
      chunk = "";
    }
  }
  if (chunk !== "") yield chunk;
}

interface Loaded {
  readonly sent: number;
  readonly answer: Answer;
  readonly warnings: readonly TextRow[];
}

function notAsSent({ table }: LoadOptions, { sent, answer, warnings }: Loaded): Error {
  return environmentError({
    code: "MYSQL_LOAD",
    what: `MySQL did not take the rows of ${table} as they are`,
    expected: `${sent} rows and no warning`,
    got: `${answer.affectedRows} rows and ${answer.warnings} warnings`,
    remedy: "correct the rows, or set the session's sql_mode so that MySQL accepts them",
    evidence: warnings.map((warning) => warning["Message"] ?? ""),
  });
}
