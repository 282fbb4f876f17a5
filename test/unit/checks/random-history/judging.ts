import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { changelog } from "#checks/changelog.ts";
import { runCheck } from "#checks/check.ts";
import { currentState } from "#checks/current-state.ts";
import { type EvidenceFiles, evidenceStatements, type Relation, relations } from "#checks/evidence.ts";
import { files } from "#checks/files.ts";
import type { GivenInputs } from "#checks/inputs.ts";
import { positions } from "#checks/positions.ts";
import { examine, prepare } from "#checks/prepare.ts";
import type { RunSql } from "#core/ports.ts";
import type { AnomalyClass, CheckVerdict, Hop } from "#core/verdict.ts";
import { type Duckdb, openDuckdb } from "#stages/duckdb/client.ts";
import { inputsFor } from "../people.ts";
import { type Evidence, evidenceOf } from "./evidence.ts";
import type { World } from "./world.ts";

const checks = { changelog, currentState, files, positions } as const;
export type CheckName = keyof typeof checks;
export const checkNames = ["changelog", "currentState", "files", "positions"] as const;

export type Verdicts = Readonly<Record<CheckName, CheckVerdict>>;

export interface JudgeOptions {
  /** Changes the order in which the evidence is written, where the order says nothing. */
  readonly reorder?: <T>(rows: readonly T[]) => readonly T[];
  /** The evidence as a finished run keeps it. */
  readonly fromParquet?: boolean;
  /** What the checks are told otherwise than that the shape is DebeziumTransform's, with a primary key. */
  readonly inputs?: Partial<GivenInputs>;
  /** Takes DuckDB's plan of each statement. */
  readonly plans?: string[];
  /** Parquet files in the bucket, by their key: a SELECT for each. */
  readonly inBucket?: Readonly<Record<string, string>>;
}

/** A DuckDB and a folder for many worlds, one after the other. */
export interface Judging extends AsyncDisposable {
  judge(world: World, options?: JudgeOptions): Promise<Verdicts>;
}

export async function openJudging(): Promise<Judging> {
  const folder = await mkdtemp(join(tmpdir(), "floe-worlds-"));
  const duckdb = await openDuckdb({});
  await duckdb.run("SET threads = 1");
  return {
    judge: (world, options = {}) => judge({ duckdb, folder, world, ...options }),
    [Symbol.asyncDispose]: async () => {
      duckdb[Symbol.dispose]();
      await rm(folder, { recursive: true });
    },
  };
}

interface Judged extends JudgeOptions {
  readonly duckdb: Duckdb;
  readonly folder: string;
  readonly world: World;
}

async function judge(options: Judged): Promise<Verdicts> {
  const {
    duckdb,
    folder,
    world,
    reorder = (rows) => rows,
    fromParquet = false,
    inputs: changed,
    inBucket = {},
    plans,
  } = options;
  const evidence = evidenceOf(world);
  const written = await write(folder, { ...evidence, relations: ordered(evidence.relations, reorder) });
  await duckdb.run(tableOf("mysql_people", "id: 'BIGINT', name: 'VARCHAR', salary: 'BIGINT'", written.mysql));
  await duckdb.run(
    tableOf(
      "lake_people",
      `id: 'INTEGER', name: 'VARCHAR', salary: 'INTEGER', _cdc: 'STRUCT(op VARCHAR, "offset" BIGINT)',
      _kafka_metadata: 'STRUCT(topic VARCHAR, "partition" INTEGER, "offset" BIGINT)', filename: 'VARCHAR'`,
      written.lake,
    ),
  );
  await fillBucket({ duckdb, folder }, inBucket);
  const rows: RunSql = async (statement) => {
    const sql = statement.replaceAll("'s3://lake/", `'${folder}/`);
    for (const plan of plans === undefined ? [] : await duckdb.rows(`EXPLAIN ${sql}`))
      plans?.push(`${sql}\n${plan["explain_value"]}`);
    return duckdb.rows(sql);
  };
  const inputs = { ...inputsFor({ shape: "debezium-transform" }), lakeTellsFiles: true, ...changed };
  let prepared = await runCheck(prepare(inputs, written.relations), rows);
  if (fromParquet) {
    for (const statement of evidenceStatements(await keepAsParquet(duckdb, folder))) await duckdb.run(statement);
    prepared = await runCheck(examine(inputs), rows);
  }
  const verdicts = {} as Record<CheckName, CheckVerdict>;
  for (const name of checkNames) verdicts[name] = await runCheck(checks[name](prepared.inputs), rows);
  return verdicts;
}

async function fillBucket(
  { duckdb, folder }: Pick<Judged, "duckdb" | "folder">,
  objects: NonNullable<JudgeOptions["inBucket"]>,
): Promise<void> {
  for (const [key, select] of Object.entries(objects)) {
    await mkdir(join(folder, key, ".."), { recursive: true });
    await duckdb.run(`COPY (${select}) TO '${join(folder, key)}' (FORMAT parquet)`);
  }
}

/** The positions tell what came after what by the order of their lines. */
function ordered(relations: Evidence["relations"], reorder: NonNullable<JudgeOptions["reorder"]>) {
  const entries = Object.entries(relations).map(([name, rows]) => [name, name === "positions" ? rows : reorder(rows)]);
  return Object.fromEntries(entries) as Evidence["relations"];
}

async function write(folder: string, { relations, mysql, lake }: Evidence) {
  const put = async (name: string, rows: readonly unknown[]) => {
    const file = join(folder, `${name}.jsonl`);
    await writeFile(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    return file;
  };
  const written: Partial<Record<Relation, string>> = {};
  for (const name of Object.values(relationNames)) {
    const rows = relations[name];
    if (rows !== undefined) written[name] = await put(name, rows);
  }
  return { relations: written, mysql: await put("mysql_people", mysql), lake: await put("lake_people", lake) };
}

const relationNames = Object.values(relations);

function tableOf(table: string, columns: string, file: string): string {
  return `CREATE OR REPLACE TABLE ${table} AS SELECT * FROM read_json('${file}', format = 'newline_delimited', columns = {${columns}})`;
}

/** All but the lake's rows, which are read from the lake itself. */
async function keepAsParquet(duckdb: Duckdb, folder: string): Promise<EvidenceFiles> {
  const kept: Partial<Record<Relation, string>> = {};
  for (const relation of relationNames.filter((name) => name !== "lake")) {
    kept[relation] = join(folder, `${relation}.parquet`);
    await duckdb.run(`COPY ${relation} TO '${kept[relation]}' (FORMAT parquet, COMPRESSION zstd)`);
  }
  return kept;
}

/** A group of anomalies as a check tells it: how many there are, and whose keys stand for them. */
export interface Group {
  readonly class: AnomalyClass;
  readonly hop: Hop;
  readonly count: number;
  readonly keys: readonly string[];
}

/** What a check has told, in an order of its own. */
export function groupsOf({ anomalies }: CheckVerdict): readonly Group[] {
  const groups = anomalies.map(({ class: name, hop, count, key, evidence }): Group => {
    // An example begins with its key; the lines below it are indented.
    const keys = evidence.flatMap((line) => /^(?:id=|s3:)\S+/.exec(line) ?? []);
    return { class: name, hop, count, keys: keys.length === 0 ? [key] : keys };
  });
  return inOrder(groups);
}

export function inOrder(groups: readonly Group[]): readonly Group[] {
  return groups.toSorted((left, right) => `${left.class} ${left.hop}`.localeCompare(`${right.class} ${right.hop}`));
}
