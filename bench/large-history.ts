import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { EvidenceFiles } from "#checks/evidence.ts";
import type { GivenInputs } from "#checks/inputs.ts";
import { passesColumn } from "#checks/source-view.ts";
import { nothingLeftOut } from "#core/pipeline-spec.ts";
import type { TableSpec } from "#core/source.ts";
import { type Duckdb, openDuckdb } from "#stages/duckdb/client.ts";
import { names } from "../test/unit/checks/people.ts";

export interface LargeHistoryOptions {
  readonly folder: string;
  readonly operations: number;
  /** Each so many-th row of the lake is left out; none when nothing is said. */
  readonly missingEvery?: number;
}

export interface LargeHistory {
  readonly files: EvidenceFiles;
  readonly inputs: GivenInputs;
}

const tableNames = ["staff_0", "staff_1", "staff_2", "staff_3"];
const snapshotRows = 4_000;

/**
 * A run of that many row changes, as its evidence would lie in the run folder: four tables with a snapshot, three
 * partitions each, two changes a transaction; updates, inserts and deletes. DuckDB writes it in a few seconds.
 */
export async function largeHistory(options: LargeHistoryOptions): Promise<LargeHistory> {
  const { folder } = options;
  await mkdir(folder, { recursive: true });
  using duckdb = await openDuckdb({});
  await makeChanges(duckdb, options);
  const files = await writeStages(duckdb, folder);
  for (const table of tableNames) await writeSides(duckdb, { ...options, table });
  return { files, inputs: inputsOf(folder) };
}

async function makeChanges(duckdb: Duckdb, { operations }: LargeHistoryOptions): Promise<void> {
  const image = (number: string) =>
    `{'id': id, 'name': 'name ' || ${number}, 'salary': ${number}, 'hired': 18262, 'note': repeat('note ', 1 + (id % 20)::INTEGER)}`;
  await duckdb.run(`CREATE TABLE changes AS
    WITH numbered AS (SELECT i, i // 4 AS j, 'staff_' || (i % 4) AS "table" FROM range(${operations}) AS r(i)),
    kinds AS (
      SELECT *, CASE WHEN j % 10 < 6 OR j % 10 = 9 THEN 'update' WHEN j % 10 < 8 THEN 'insert' ELSE 'delete' END AS kind,
        CASE WHEN j % 10 < 6 THEN 1 + (j * 7919) % ${snapshotRows} WHEN j % 10 < 8 THEN ${snapshotRows} + 1 + j ELSE ${snapshotRows} - 1 + j END AS id
      FROM numbered
    ),
    everything AS (
      SELECT i, j, "table", kind, id, ${image("j")} AS image FROM kinds
      UNION ALL SELECT id - 1000000, NULL, t, 'snapshot', id, ${image("0")}
        FROM range(1, ${snapshotRows + 1}) AS s(id), (SELECT unnest(${list(tableNames)}) AS t)
    )
    SELECT * REPLACE (CASE kind WHEN 'delete' THEN lag(image) OVER lives ELSE image END AS image), lag(image) OVER lives AS before,
      '3e11fa47-71ca-11e1-9e33-c80aa9429562:' || (1 + i // 2) AS gtid, 1000 + i AS pos, 1700000000000 + i AS ms
    FROM everything WINDOW lives AS (PARTITION BY "table", id ORDER BY i)`);
  await duckdb.run(`CREATE TABLE records AS
    WITH ordered AS (
      SELECT *, false AS tombstone, id % 3 AS "partition" FROM changes
      UNION ALL SELECT *, true, id % 3 FROM changes WHERE kind = 'delete'
    )
    SELECT *, row_number() OVER (PARTITION BY "table", "partition" ORDER BY i, tombstone) - 1 AS "offset" FROM ordered`);
}

async function writeStages(duckdb: Duckdb, folder: string): Promise<EvidenceFiles> {
  const images = `CASE kind WHEN 'insert' THEN NULL ELSE before END AS before, CASE kind WHEN 'delete' THEN NULL ELSE image END AS after`;
  const place = `CASE kind WHEN 'snapshot' THEN NULL ELSE gtid END AS gtid, 'binlog.000001' AS "file", pos`;
  const payload = `{'before': CASE kind WHEN 'snapshot' THEN NULL ELSE before END, 'after': CASE kind WHEN 'delete' THEN NULL ELSE image END,
    'source': {'version': '3.6.1.Final', 'connector': 'mysql', 'name': 'run', 'ts_ms': ms, 'snapshot': 'false', 'db': 'db', 'table': "table",
      'server_id': 1, 'gtid': gtid, 'file': 'binlog.000001', 'pos': pos, 'row': 0, 'thread': 11}, 'op': kind[1], 'ts_ms': ms}`;
  const selects = {
    ledger: `SELECT i AS seq, 0 AS writer, 'mixed' AS label, ${place}, "table", kind, 'id=' || id AS key, ${images}, 'ok' AS status, ms AS "ackedAtMs"
      FROM changes WHERE kind <> 'snapshot' ORDER BY i`,
    binlog: `SELECT ${place}, 0 AS row, i % 2 AS "order", "table", kind, 'id=' || id AS key, ${images}, ms AS "committedAtMs"
      FROM changes WHERE kind <> 'snapshot' ORDER BY i`,
    topics: `SELECT 'run.db.' || "table" AS topic, "partition", "offset", ms AS "timestampMs", "table",
        CASE WHEN NOT tombstone THEN 'id=' || id END AS key, CASE WHEN tombstone THEN 'tombstone' WHEN kind = 'snapshot' THEN 'r' WHEN kind = 'insert' THEN 'c' ELSE kind[1] END AS op,
        ${place}, 0 AS row, kind = 'snapshot' AS snapshot, ms AS "tsMs", CASE WHEN NOT tombstone THEN ${payload} END AS payload
      FROM records ORDER BY "partition", "offset"`,
    positions: `SELECT ms AS "wallMs", 'source' AS kind, 'source' AS name, {'gtids': regexp_replace(gtid, ':', ':1-'), 'transactions': 1 + i // 2, 'file': 'binlog.000001', 'pos': pos} AS detail
      FROM changes WHERE kind <> 'snapshot' AND i % 1000 = 999 ORDER BY i`,
    snapshots: `SELECT t AS "table", t AS "tableUuid", 1 AS "snapshotId", 0 AS "timestampMs", 'append' AS operation, {'kafka.connect.commit-id': 'c'} AS summary, true AS current
      FROM (SELECT unnest(${list(tableNames)}) AS t)`,
    files: `SELECT t AS "table", '${folder}/lake-' || t || '.parquet' AS path, 'data' AS content, 1 AS records, 1 AS bytes, 1 AS "addedSnapshotId", true AS live
      FROM (SELECT unnest(${list(tableNames)}) AS t)`,
    objects: `SELECT '${folder}/lake-' || t || '.parquet' AS key, 1 AS bytes, 0 AS "modifiedMs" FROM (SELECT unnest(${list(tableNames)}) AS t)`,
  };
  const written = Object.entries(selects).map(async ([relation, select]): Promise<[string, string]> => {
    const file = join(folder, `${relation}.jsonl`);
    await duckdb.run(`COPY (${select}) TO '${file}' (FORMAT json)`);
    return [relation, file];
  });
  return Object.fromEntries(await Promise.all(written));
}

/** What MySQL and the lake hold of a table. */
async function writeSides(duckdb: Duckdb, options: LargeHistoryOptions & { readonly table: string }): Promise<void> {
  const { folder, table, missingEvery = 0 } = options;
  const left = missingEvery === 0 ? "true" : `"offset" % ${missingEvery} <> ${missingEvery - 1}`;
  const ofTable = `"table" = '${table}'`;
  await duckdb.run(`COPY (
      SELECT unnest(struct_pack(id := image.id, name := image.name, salary := image.salary, hired := '2020-01-01', note := image.note)) FROM (
        SELECT arg_max(image, i) AS image FROM changes WHERE ${ofTable} GROUP BY id HAVING arg_max(kind, i) <> 'delete'
      )
    ) TO '${folder}/mysql-${table}.parquet' (FORMAT parquet)`);
  await duckdb.run(`COPY (
      SELECT id::INTEGER AS id, image.name AS name, image.salary::INTEGER AS salary, DATE '1970-01-01' + image.hired AS hired, image.note AS note,
        {'op': CASE kind WHEN 'update' THEN 'U' WHEN 'delete' THEN 'D' ELSE 'I' END, 'offset': "offset"} AS _cdc,
        {'topic': 'run.db.${table}', 'partition': "partition"::INTEGER, 'offset': "offset"} AS _kafka_metadata
      FROM records WHERE ${ofTable} AND NOT tombstone AND ${left} ORDER BY i
    ) TO '${folder}/lake-${table}.parquet' (FORMAT parquet)`);
}

function inputsOf(folder: string): GivenInputs {
  const column = (name: string, type: string) => ({ name, type, nullable: false });
  const tables = tableNames.map(
    (name): TableSpec => ({
      name,
      columns: [
        column("id", "int"),
        column("name", "varchar(20)"),
        column("salary", "int"),
        column("hired", "date"),
        column("note", "varchar(100)"),
      ],
      primaryKey: ["id"],
    }),
  );
  return {
    pipeline: { shape: "debezium-transform", projection: nothingLeftOut, names },
    tables,
    lake: (table) => `read_parquet('${folder}/lake-${table}.parquet', filename = true)`,
    lakeTellsFiles: true,
    manifestLists: new Map(),
    droppedColumns: new Map(),
    recordedFrom: new Map(),
    source: ({ table }) =>
      `(SELECT *, 1 AS "${passesColumn}" FROM read_parquet('${folder}/mysql-${table.name}.parquet'))`,
  };
}

function list(texts: readonly string[]): string {
  return `[${texts.map((text) => `'${text}'`).join(", ")}]`;
}
