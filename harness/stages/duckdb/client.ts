// Runs here: DuckDB inside the harness's own process, with the lake and MySQL attached. There is no server.
// Guarantees: rows as they are at the moment of the query, as text, in UTC; a memory limit, beyond which it spills to disk.
// Does not: read MySQL's odd types right (harness/checks knows which).
// Broken by: faults on the links duckdb->catalog, duckdb->object-store, duckdb->mysql.
// Evidence: its own error messages; progress.ts tells the rows that each table has.

import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from "@duckdb/node-api";
import { within } from "#core/deadline.ts";
import { environmentError, messageOf } from "#core/errors.ts";
import type { RunSql, SqlRow } from "#core/ports.ts";
import {
  type AttachedLake,
  type AttachedMysql,
  attachLakeStatement,
  attachMysqlStatement,
  lakeCatalog,
  lakeRelation,
  mysqlCatalog,
  type ObjectStoreAccess,
  secretStatement,
} from "./attach.ts";

/** DuckDB, in memory. */
export interface Duckdb extends Disposable {
  /** A statement's rows, each value as text. */
  readonly rows: RunSql;
  readonly run: (sql: string) => Promise<void>;
}

export interface DuckdbOptions {
  /** The folder of the `.duckdb_extension` files; without it, none is loaded. */
  readonly extensionsFolder?: string;
  /** `1GB`: what does not fit goes to the spill folder. */
  readonly memoryLimit?: string;
  readonly spillFolder?: string;
  /** How long a statement may take: five minutes unless told. */
  readonly withinMs?: number;
}

/** Opens DuckDB with its extensions. */
export async function openDuckdb(options: DuckdbOptions): Promise<Duckdb> {
  const { extensionsFolder, memoryLimit, spillFolder, withinMs = 300_000 } = options;
  const instance = await DuckDBInstance.create(":memory:", {
    // It would hash all of an extension to check its signature, at every LOAD: a second for ours. They were checked as they came.
    ...(extensionsFolder === undefined ? {} : { allow_unsigned_extensions: "true" }),
    ...(memoryLimit === undefined ? {} : { memory_limit: memoryLimit }),
    ...(spillFolder === undefined ? {} : { temp_directory: spillFolder }),
  });
  const connection = await instance.connect();
  const duckdb: Duckdb = {
    rows: (sql) => rowsOf(connection, { sql, withinMs }),
    run: async (sql) => {
      await rowsOf(connection, { sql, withinMs });
    },
    [Symbol.dispose]: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
  await duckdb.run("SET TimeZone = 'UTC'");
  // avro and httpfs first: iceberg would try to install them itself.
  for (const extension of extensionsFolder === undefined ? [] : extensions) {
    await duckdb.run(`LOAD '${join(extensionsFolder ?? "", `${extension}.duckdb_extension`).replaceAll("'", "''")}'`);
  }
  return duckdb;
}

const extensions = ["avro", "httpfs", "iceberg", "mysql_scanner"] as const;

export interface LakeQueryOptions extends DuckdbOptions {
  readonly lake: AttachedLake;
  readonly objectStore: ObjectStoreAccess;
  readonly mysql?: AttachedMysql;
  /** Lets SQL change the lake: for planted differences. */
  readonly writable?: boolean;
  /** One that is open already. It is closed with the lake query. */
  readonly duckdb?: Duckdb;
}

/** DuckDB with the lake (REST: as `lake`) and MySQL (as `src`) attached. */
export interface LakeQuery extends Duckdb {
  /** A table of the lake for a FROM clause. */
  relation(table: string): string;
}

export async function openLakeQuery(options: LakeQueryOptions): Promise<LakeQuery> {
  const { lake, mysql, objectStore, writable = false } = options;
  const duckdb = options.duckdb ?? (await openDuckdb(options));
  await duckdb.run(secretStatement(objectStore));
  if (mysql !== undefined) {
    await duckdb.run("SET mysql_session_time_zone = '+00:00'");
    // Its client library crashes the process when two threads work on connections at once (duckdb/duckdb-mysql#225): we ask
    // one thing at a time, and nobody is to tidy the pool meanwhile.
    await duckdb.run("SET mysql_pool_enable_reaper_thread = false");
    await duckdb.run(`DETACH DATABASE IF EXISTS ${mysqlCatalog}`);
    await duckdb.run(attachMysqlStatement(mysql));
  }
  if (lake.kind === "rest") {
    await duckdb.run(`DETACH DATABASE IF EXISTS ${lakeCatalog}`);
    await duckdb.run(attachLakeStatement(lake, writable));
  }
  return {
    rows: duckdb.rows,
    run: duckdb.run,
    relation: (table) => lakeRelation(lake, table),
    [Symbol.dispose]: () => duckdb[Symbol.dispose](),
  };
}

/** Has DuckDB fetch its own signed extensions, and check them. Gives the folder in which they lie. */
export async function installExtensions(folder: string): Promise<string> {
  const duckdb = await openDuckdb({});
  try {
    await duckdb.run(`SET extension_directory = '${folder.replaceAll("'", "''")}'`);
    for (const extension of extensions) await duckdb.run(`INSTALL ${extension}`);
    for (const extension of extensions) await duckdb.run(`LOAD ${extension}`);
    const [place] = await duckdb.rows("SELECT version() AS version, platform FROM pragma_platform()");
    return join(folder, place?.["version"] ?? "", place?.["platform"] ?? "");
  } finally {
    duckdb[Symbol.dispose]();
  }
}

interface Asked {
  readonly sql: string;
  readonly withinMs: number;
}

async function rowsOf(connection: DuckDBConnection, { sql, withinMs }: Asked): Promise<readonly SqlRow[]> {
  try {
    const run = connection.runAndReadAll(sql);
    const reader = await within({ what: `DuckDB's answer to ${excerpt(sql)}`, ms: withinMs, run });
    const names = reader.columnNames();
    return reader.getRows().map((values) => Object.fromEntries(names.map((name, at) => [name, textOf(values[at])])));
  } catch (error) {
    // After a time-out the statement would go on, and the next one would wait for it.
    connection.interrupt();
    // Its message repeats the statement, and with it the passwords of an ATTACH: the error itself is not passed on.
    const [what = "", ...evidence] = withoutSecrets(messageOf(error)).split("\n");
    throw environmentError({
      code: "DUCKDB",
      what: `DuckDB could not run a statement: ${what}`,
      got: excerpt(sql),
      remedy: "look whether the catalog, the object store and MySQL run; else the statement is at fault",
      evidence: evidence.slice(0, 5),
    });
  }
}

function excerpt(sql: string): string {
  const text = withoutSecrets(sql);
  return text.length > 400 ? `${text.slice(0, 400)} …` : text;
}

function withoutSecrets(text: string): string {
  return text.replaceAll(/(password=)("[^"]*"|\S+)/g, "$1***").replaceAll(/((?:KEY_ID|SECRET) ')[^']*'/g, "$1***'");
}

function textOf(value: DuckDBValue | undefined): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === "string" ? value : value.toString();
}
