import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { changelog } from "#checks/changelog.ts";
import { runCheck } from "#checks/check.ts";
import { currentState } from "#checks/current-state.ts";
import type { EvidenceFiles } from "#checks/evidence.ts";
import type { CheckInputs, GivenInputs } from "#checks/inputs.ts";
import { prepare } from "#checks/prepare.ts";
import { passesColumn } from "#checks/source-view.ts";
import { nothingLeftOut, type Projection, type RecordShape } from "#core/pipeline-spec.ts";
import type { TableSpec } from "#core/source.ts";
import type { CheckVerdict } from "#core/verdict.ts";
import { type Duckdb, openDuckdb } from "#stages/duckdb/client.ts";

/** A table `people(id, name, salary)` in a DuckDB of the test's own, which plays MySQL, topic and lake. */
export interface People {
  /** What MySQL has now: `[id, name, salary]`. */
  readonly mysql: readonly Person[];
  /** The lake's records, as the sink's DebeziumTransform leaves them. */
  readonly lake: readonly Event[];
  /** The topic's records; the lake's own when nothing is said. */
  readonly topic?: readonly Event[];
  /** The ledger's operations; one for each distinct record of the topic but a snapshot's when nothing is said. */
  readonly ledger?: readonly Operation[];
  readonly projection?: Partial<Projection>;
  readonly withoutPrimaryKey?: boolean;
}

export type Person = readonly [id: number, name: string | null, salary: number];

export interface Event {
  readonly op: "c" | "u" | "d" | "r";
  readonly row: Person;
  readonly offset: number | null;
  readonly gtid?: string;
}

export interface Operation {
  readonly kind: "insert" | "update" | "delete";
  readonly id: number;
  readonly gtid: string;
  readonly status?: "ok" | "fail" | "info";
}

export const topicName = "run.db.people";

const spec: TableSpec = {
  name: "people",
  columns: [
    { name: "id", type: "int", nullable: false },
    { name: "name", type: "varchar(20)", nullable: true },
    { name: "salary", type: "int", nullable: false },
  ],
  primaryKey: ["id"],
};

export const names = {
  database: "db",
  sinkGroup: "group",
  coordinatorGroup: "coordinators",
  sourceConnector: "source",
  sinkConnector: "sink",
};

export async function checkPeople(people: People): Promise<{ state: CheckVerdict; log: CheckVerdict }> {
  using duckdb = await openDuckdb({});
  await fillTables(duckdb, people);
  const inputs = await prepared(duckdb, inputsFor({ ...people, shape: "debezium-transform" }), people);
  return {
    log: await runCheck(changelog(inputs), duckdb.rows),
    state: await runCheck(currentState(inputs), duckdb.rows),
  };
}

async function prepared(duckdb: Duckdb, inputs: GivenInputs, people: People): Promise<CheckInputs> {
  const folder = await mkdtemp(join(tmpdir(), "floe-checks-"));
  try {
    const topic = people.topic ?? people.lake;
    const files = await writeEvidence(folder, { topic, ledger: people.ledger ?? operationsOf(topic) });
    return (await runCheck(prepare(inputs, files), duckdb.rows)).inputs;
  } finally {
    await rm(folder, { recursive: true });
  }
}

export interface InputOptions extends Pick<People, "projection" | "withoutPrimaryKey"> {
  readonly shape: RecordShape;
  readonly tables?: readonly TableSpec[];
}

/** Inputs that find MySQL in `mysql_<table>` and the lake in `lake_<table>`. */
export function inputsFor({ shape, projection, withoutPrimaryKey = false, tables }: InputOptions): GivenInputs {
  return {
    pipeline: { shape, projection: { ...nothingLeftOut, ...projection }, names },
    tables: tables ?? [withoutPrimaryKey ? { ...spec, primaryKey: [] } : spec],
    lake: (table) => `lake_${table}`,
    lakeTellsFiles: false,
    manifestLists: new Map(),
    droppedColumns: new Map(),
    recordedFrom: new Map(),
    source: ({ table, projection: { filters } }) =>
      `(SELECT *, (${filters[table.name] ?? "true"})::BIGINT AS "${passesColumn}" FROM mysql_${table.name})`,
  };
}

async function fillTables(duckdb: Duckdb, people: People): Promise<void> {
  await duckdb.run("CREATE TABLE mysql_people (id BIGINT, name VARCHAR, salary BIGINT)");
  await duckdb.run(`CREATE TABLE lake_people (id INTEGER, name VARCHAR, salary INTEGER, _cdc STRUCT(op VARCHAR, "offset" BIGINT),
    _kafka_metadata STRUCT(topic VARCHAR, "partition" INTEGER, "offset" BIGINT))`);
  for (const row of people.mysql) await duckdb.run(`INSERT INTO mysql_people VALUES (${values(row)})`);
  for (const { op, row, offset } of people.lake) {
    const cdc = { c: "I", r: "I", u: "U", d: "D" }[op];
    const metadata = offset === null ? "NULL" : `{'topic': '${topicName}', 'partition': 0, 'offset': ${offset}}`;
    await duckdb.run(
      `INSERT INTO lake_people VALUES (${values(row)}, {'op': '${cdc}', 'offset': ${offset ?? "NULL"}}, ${metadata})`,
    );
  }
}

async function writeEvidence(
  folder: string,
  { topic, ledger }: { topic: readonly Event[]; ledger: readonly Operation[] },
): Promise<EvidenceFiles> {
  const files = { ledger: join(folder, "ledger.jsonl"), topics: join(folder, "topics.jsonl") };
  await writeFile(files.ledger, lines(ledger.map((operation, seq) => ledgerLine(operation, seq))));
  await writeFile(files.topics, lines(topic.map(topicLine)));
  return files;
}

function operationsOf(topic: readonly Event[]): Operation[] {
  const kinds = { c: "insert", u: "update", d: "delete" } as const;
  const seen = new Map<string, Operation>();
  for (const event of topic) {
    if (event.op === "r") continue;
    seen.set(gtidOf(event), { kind: kinds[event.op], id: event.row[0], gtid: gtidOf(event) });
  }
  return [...seen.values()];
}

function gtidOf({ gtid, offset }: Event): string {
  return gtid ?? `server:${offset}`;
}

function ledgerLine({ kind, id, gtid, status = "ok" }: Operation, seq: number): unknown {
  return { seq, writer: 0, label: "change", gtid, table: "people", kind, key: `id=${id}`, status, ackedAtMs: 0 };
}

function topicLine(event: Event): unknown {
  const gtid = event.op === "r" ? null : gtidOf(event);
  return {
    topic: topicName,
    partition: 0,
    offset: event.offset,
    table: "people",
    key: `id=${event.row[0]}`,
    op: event.op,
    gtid,
    payload: payloadOf(event),
  };
}

function payloadOf({ op, row: [id, name, salary] }: Event): unknown {
  const row = { id, name, salary };
  return { op, source: {}, before: op === "d" ? row : null, after: op === "d" ? null : row };
}

function lines(objects: readonly unknown[]): string {
  return objects.map((object) => `${JSON.stringify(object)}\n`).join("");
}

function values(row: Person): string {
  return row.map((value) => (typeof value === "string" ? `'${value}'` : String(value ?? "NULL"))).join(", ");
}
