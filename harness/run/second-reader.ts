import { rm } from "node:fs/promises";
import { runCheck } from "#checks/check.ts";
import type { CheckInputs } from "#checks/inputs.ts";
import { projectedTables } from "#checks/projection.ts";
import {
  blameReaders,
  type Disagreement,
  lakeAgain,
  mysqlAgain,
  mysqlAsText,
  type Reading,
} from "#checks/second-reading.ts";
import { messageOf } from "#core/errors.ts";
import type { TableSpec } from "#core/source.ts";
import type { CheckVerdict } from "#core/verdict.ts";
import { openMysql } from "#pipeline";
import { mysqlCatalog } from "#stages/duckdb/attach.ts";
import type { LakeQuery } from "#stages/duckdb/client.ts";
import type { FaultContext } from "./context.ts";
import type { RunFolder } from "./folder.ts";
import { jsonLine, openLines } from "./line-file.ts";

export interface SecondReaderOptions {
  readonly checks: readonly CheckVerdict[];
  readonly inputs: CheckInputs;
  readonly lake: LakeQuery;
  readonly context: FaultContext;
  readonly folder: RunFolder;
}

/**
 * Before something is called wrong that rests on DuckDB's readers, the same rows are read another way. Where the two
 * disagree, the anomaly is the reader's: its hop is `catalog->duckdb`.
 */
export async function readAgain(options: SecondReaderOptions): Promise<readonly CheckVerdict[]> {
  const { checks, inputs } = options;
  const accused = new Set(checks.flatMap(({ anomalies }) => anomalies.map(({ table }) => table)));
  const tables = projectedTables(inputs.tables, inputs.pipeline.projection).filter(({ name }) => accused.has(name));
  if (tables.length === 0) return checks;
  const disagreements = new Map<string, Disagreement>();
  const notes: string[] = [];
  for (const table of tables) {
    const { lake, mysql } = await readTable(options, table);
    notes.push(`${table.name}: ${lake.text}, ${mysql.text}`);
    disagreements.set(table.name, {
      lake: lake.agrees ? undefined : lake.text,
      mysql: mysql.agrees ? undefined : mysql.text,
    });
  }
  const corrected = checks.map((check) => blameReaders(check, disagreements));
  return [...corrected, { name: "second-reader", verdict: "valid", anomalies: [], note: notes.join("; ") }];
}

async function readTable(options: SecondReaderOptions, table: TableSpec): Promise<{ lake: Side; mysql: Side }> {
  const { inputs, lake } = options;
  const fromFiles = await tried(() => runCheck(lakeAgain(inputs, table), lake.rows));
  const fromMysql = await tried(() => mysqlRows(options, table));
  return {
    lake: sideOf("the data files", "DuckDB's iceberg reader", fromFiles),
    mysql: sideOf("MySQL's own client", "DuckDB's MySQL reader", fromMysql),
  };
}

type Tried = { readonly reading: Reading | undefined } | { readonly failed: string };

async function tried(read: () => Promise<Reading | undefined>): Promise<Tried> {
  try {
    return { reading: await read() };
  } catch (error) {
    return { failed: messageOf(error) };
  }
}

interface Side {
  readonly text: string;
  readonly agrees: boolean;
}

function sideOf(other: string, reader: string, tried: Tried): Side {
  if ("failed" in tried) return { text: `${other} could not be read (${tried.failed})`, agrees: true };
  const { reading } = tried;
  if (reading === undefined) return { text: `${other} cannot be read so`, agrees: true };
  return reading.differing === 0
    ? { text: `${other} agree on ${reading.rows} rows`, agrees: true }
    : { text: `${other} and ${reader} disagree on ${reading.differing} rows`, agrees: false };
}

/** Reads the table with the harness's own client, and compares with what DuckDB's MySQL reader gives for the same statement. */
async function mysqlRows({ lake, context, folder }: SecondReaderOptions, table: TableSpec): Promise<Reading> {
  const { database } = context.pipeline.spec.names;
  const statement = mysqlAsText({ database, table });
  const file = folder.file(`stages/${table.name}-again.jsonl`);
  await using mysql = await openMysql(context.stack, database);
  {
    using lines = openLines(file);
    lines.write((await mysql.query(statement)).map(jsonLine));
  }
  const reading = await runCheck(mysqlAgain({ catalog: mysqlCatalog, statement, file, table }), lake.rows);
  await rm(file);
  return reading;
}
