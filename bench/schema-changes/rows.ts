import type { TableChange } from "#fixtures/schema-changes/change.ts";
import { lakeCatalog } from "#stages/duckdb/attach.ts";
import { type Duckdb, openDuckdb, openLakeQuery } from "#stages/duckdb/client.ts";
import type { MysqlClient } from "#stages/mysql/client.ts";
import { bucket, firstAddress, warehouseFolder } from "../../harness/stack.ts";
import type { Bare } from "./open-stack.ts";

export type TextRow = Readonly<Record<string, string | null>>;

/** A row that is not in the lake as it is in MySQL, in words: `#1 note: 'one' -> NULL`, `#2 missing`. */
export type Difference = string;

export interface Compared {
  /** Rows that MySQL or the lake has, by their last event. */
  readonly rows: number;
  readonly differences: readonly Difference[];
}

/** The lake as DuckDB reads it, whatever the namespace. */
export async function openLake({ stack, parts }: Bare): Promise<Duckdb> {
  const { addresses, secrets } = stack;
  return openLakeQuery({
    duckdb: await openDuckdb({ extensionsFolder: parts.duckdbExtensions.folder }),
    lake: {
      kind: "rest",
      catalog: firstAddress(addresses, "duckdb->catalog"),
      warehouse: `s3://${bucket}/${warehouseFolder}`,
      namespace: "",
    },
    objectStore: { address: firstAddress(addresses, "duckdb->object-store"), ...secrets.s3 },
  });
}

interface Comparing {
  readonly mysql: MysqlClient;
  readonly lake: Duckdb;
  readonly change: TableChange;
  /** The schema in MySQL, and a sink's namespace. */
  readonly database: string;
  readonly namespace: string;
  /** The tables that are in the lake. */
  readonly inLake: readonly string[];
}

/** Compares each captured table, row by row, with the last event of each row in a sink's table. */
export async function compareRows(comparing: Comparing): Promise<Compared> {
  const { change } = comparing;
  const results: Compared[] = [];
  for (const table of change.captured) {
    const sides = { mysql: await mysqlRows(comparing, table), events: await lakeEvents(comparing, table) };
    const { rows, differences } = differingRows({ ...sides, identity: change.identity });
    const prefix = change.captured.length > 1 ? `${table} ` : "";
    results.push({ rows, differences: differences.map((difference) => `${prefix}${difference}`) });
  }
  return {
    rows: results.reduce((sum, { rows }) => sum + rows, 0),
    differences: results.flatMap(({ differences }) => differences),
  };
}

/** None of a table that is gone. */
async function mysqlRows({ mysql, database }: Comparing, table: string): Promise<readonly TextRow[]> {
  const found = await mysql.query(
    "SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION",
    [database, table],
  );
  // By name: an invisible column is not in `*`.
  const columns = found.map(({ name }) => `\`${name}\``).join(", ");
  return columns === "" ? [] : mysql.query(`SELECT ${columns} FROM \`${database}\`.\`${table}\``);
}

async function lakeEvents({ lake, namespace, inLake }: Comparing, table: string): Promise<readonly TextRow[]> {
  if (!inLake.includes(table)) return [];
  return lake.rows(
    `SELECT COLUMNS(* EXCLUDE (_cdc, _kafka_metadata))::VARCHAR, _cdc.op AS "${opColumn}"
     FROM ${lakeCatalog}."${namespace}"."${table}" ORDER BY _kafka_metadata."offset"`,
  );
}

/** How the events of a row call what happened to it. */
export const opColumn = "_op";

export interface Sides {
  readonly mysql: readonly TextRow[];
  /** The lake's rows in the order of their events, with what happened in `_op`: I, U, D. */
  readonly events: readonly TextRow[];
  readonly identity: string;
}

/** The rows that differ: MySQL's columns are asked, what the lake has besides is no difference. */
export function differingRows({ mysql, events, identity }: Sides): Compared {
  const last = new Map(events.map((event) => [event[identity] ?? "NULL", event]));
  const inLake = [...last].filter(([, event]) => event[opColumn] !== "D");
  const inMysql = new Map(mysql.map((row) => [row[identity] ?? "NULL", row]));
  const [missing, surplus]: [string[], string[]] = [[], inLake.map(([key]) => key).filter((key) => !inMysql.has(key))];
  const live = new Map(inLake);
  const changed: string[] = [];
  for (const [key, row] of inMysql) {
    const other = live.get(key);
    if (other === undefined) missing.push(key);
    else changed.push(...differingValues(row, other).map((text) => `#${key} ${text}`));
  }
  const keys = new Set([...inMysql.keys(), ...live.keys()]);
  return {
    rows: keys.size,
    differences: [
      ...changed,
      ...missing.map((key) => `#${key} missing`),
      ...surplus.map((key) => `#${key} still there`),
    ],
  };
}

function differingValues(row: TextRow, event: TextRow): string[] {
  return Object.entries(row).flatMap(([column, value]) => {
    if (!(column in event)) return [`${column}: ${shown(value)} → no column`];
    const other = event[column] ?? null;
    return plain(value) === plain(other) ? [] : [`${column}: ${shown(value)} → ${shown(other)}`];
  });
}

/** 10.50 and 10.5 are one number; DuckDB writes the zone of a time behind it, and all are in UTC here. */
function plain(value: string | null): string | null {
  if (value === null) return null;
  return value
    .replace(/^(-?\d+)(\.\d*?)0+$/, "$1$2")
    .replace(/\.$/, "")
    .replace(/^([\d-]{10} [\d:.]+)\+00$/, "$1");
}

function shown(value: string | null): string {
  if (value === null) return "NULL";
  return value.length > 24 ? `'${value.slice(0, 20)}…'` : `'${value}'`;
}
