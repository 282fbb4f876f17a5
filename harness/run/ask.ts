import { resolveDuckdb } from "#artifacts/resolve-jars.ts";
import { runCheck } from "#checks/check.ts";
import { createViews } from "#checks/views.ts";
import { environmentError } from "#core/errors.ts";
import type { RecordShape } from "#core/pipeline-spec.ts";
import type { SqlRow } from "#core/ports.ts";
import { type LakeQuery, openLakeQuery } from "#stages/duckdb/client.ts";
import { restCatalog } from "#stages/iceberg/client.ts";
import { type ConnectOptions, connectMysql } from "#stages/mysql/client.ts";
import { mysqlUsers } from "#stages/mysql/server.ts";
import { describeTables } from "#stages/mysql/tables.ts";
import { bucket, warehouseFolder } from "../stack.ts";
import { addressOf, newestKept, secretsOf } from "./kept-stack.ts";

export interface AskOptions {
  readonly statement: string;
  readonly stateDir: string;
  readonly cacheDir: string;
}

/**
 * Asks DuckDB over the newest kept stack: `lake` is the catalog and `src` is MySQL; of the newest pipeline's tables,
 * `current.<table>` has the rows as they are now and `changelog.<table>` every event.
 */
export async function ask({ statement, stateDir, cacheDir }: AskOptions): Promise<readonly SqlRow[]> {
  const record = await newestKept(stateDir, { with: "catalog" });
  const secrets = secretsOf(record);
  const address = addressOf(record, "catalog", "rest");
  const catalog = restCatalog(address);
  const namespace = newestOf(await catalog.namespaces());
  const login = { user: mysqlUsers.duckdb, password: secrets.mysql.duckdb, database: namespace };
  const mysql = { ...login, address: addressOf(record, "mysql", "sql") };
  const extensionsFolder = await resolveDuckdb({ cacheDir, onProgress: () => undefined });
  using lake = await openLakeQuery({
    extensionsFolder,
    lake: { kind: "rest", catalog: address, warehouse: `s3://${bucket}/${warehouseFolder}`, namespace },
    objectStore: { address: addressOf(record, "object-store", "s3"), ...secrets.s3 },
    mysql,
  });
  await makeViews({ lake, mysql, namespace, there: new Set(await catalog.tables(namespace)) });
  // Awaited here: the lake is closed when this function ends.
  return await lake.rows(statement);
}

interface Looking {
  readonly lake: LakeQuery;
  readonly mysql: ConnectOptions;
  readonly namespace: string;
  readonly there: ReadonlySet<string>;
}

async function makeViews({ lake, mysql, namespace, there }: Looking): Promise<void> {
  await using client = await connectMysql(mysql);
  const tables = await describeTables(client, namespace);
  const relation = (table: string) => (there.has(table) ? lake.relation(table) : undefined);
  const [first] = there;
  const columns = first === undefined ? [] : await lake.rows(`DESCRIBE SELECT * FROM ${lake.relation(first)}`);
  const shape = shapeOf(new Set(columns.map((column) => column["column_name"] ?? "")));
  await runCheck(createViews({ shape, tables, lake: relation }), lake.rows);
}

/** A table tells by its columns which transforms its rows came through. */
function shapeOf(columns: ReadonlySet<string>): RecordShape {
  if (columns.has("_cdc")) return "debezium-transform";
  if (columns.has("__deleted")) return "unwrapped-rewrite";
  return columns.has("before") && columns.has("after") ? "envelope" : "unwrapped";
}

/** A run id begins with the time, so the last namespace by its end is the newest. */
function newestOf(namespaces: readonly string[]): string {
  const byRun = namespaces.toSorted((left, right) => runOf(left).localeCompare(runOf(right)));
  const newest = byRun.at(-1);
  if (newest !== undefined) return newest;
  throw environmentError({ code: "NO_TABLES", what: "the kept stack has no tables yet", remedy: "./floe up" });
}

function runOf(namespace: string): string {
  return namespace.split("_").at(-1) ?? "";
}
