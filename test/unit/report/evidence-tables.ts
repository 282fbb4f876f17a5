import type { Duckdb } from "#stages/duckdb/client.ts";

/** The relations of a run's evidence, with no row in them. */
export async function emptyEvidence({ run }: Duckdb): Promise<void> {
  for (const [name, columns] of Object.entries(relations)) await run(`CREATE TABLE ${name} (${columns})`);
}

const relations = {
  ledger: `seq BIGINT, writer BIGINT, label VARCHAR, gtid VARCHAR, file VARCHAR, pos BIGINT, "row" BIGINT, "table" VARCHAR,
    kind VARCHAR, key VARCHAR, before JSON, after JSON, status VARCHAR, "ackedAtMs" BIGINT`,
  topics: `topic VARCHAR, "partition" INTEGER, "offset" BIGINT, "timestampMs" BIGINT, "table" VARCHAR, key VARCHAR, op VARCHAR,
    kind VARCHAR, gtid VARCHAR, file VARCHAR, pos BIGINT, "row" BIGINT, snapshot BOOLEAN, "tsMs" BIGINT, payload JSON`,
  control: `"partition" INTEGER, "offset" BIGINT, type VARCHAR, "commitId" VARCHAR, "timestampMs" BIGINT, "table" VARCHAR,
    files JSON, assignments JSON, "snapshotId" BIGINT, "validThroughMs" BIGINT`,
  positions: `"wallMs" BIGINT, kind VARCHAR, name VARCHAR, detail JSON`,
  snapshots: `"table" VARCHAR, "snapshotId" BIGINT, "parentId" BIGINT, "timestampMs" BIGINT, operation VARCHAR, summary JSON,
    current BOOLEAN`,
  files: `"table" VARCHAR, path VARCHAR, content VARCHAR, records BIGINT, bytes BIGINT, "addedSnapshotId" BIGINT, live BOOLEAN`,
  lake: `"table" VARCHAR, topic VARCHAR, "partition" INTEGER, "offset" BIGINT, kind VARCHAR, key VARCHAR, "row" JSON, file VARCHAR`,
} as const;

export interface Stream {
  readonly beganWallMs: number;
  /** Operations of the stream: each third inserts a row, the others update one. */
  readonly operations: number;
  /** Rows that are there before the connectors run. */
  readonly seededRows: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** The sink commits every so often. */
  readonly commitEveryMs: number;
}

const server = "46bb7d9f-e5c0-11f1-a243-02fc00000001";

/** A stream of changes to two tables that goes through all stages. */
export async function evidenceOfStream({ run }: Duckdb, stream: Stream): Promise<void> {
  const { beganWallMs, operations, seededRows, fromMs, toMs, commitEveryMs } = stream;
  const keys = Math.max(1, Math.ceil(operations * 0.6));
  await run(`INSERT INTO ledger SELECT i, i % 4, CASE i % 3 WHEN 0 THEN 'hire' ELSE 'raise' END, '${server}:' || (i + 27), NULL, NULL, 0,
      CASE i % 5 WHEN 0 THEN 'employees' ELSE 'salaries' END, CASE WHEN i < ${keys} THEN 'insert' ELSE 'update' END,
      'emp_no=' || (10000 + i % ${keys}),
      CASE WHEN i < ${keys} THEN NULL ELSE json_object('emp_no', (10000 + i % ${keys})::VARCHAR, 'salary', '40000', 'from_date', '1999-01-31') END,
      json_object('emp_no', (10000 + i % ${keys})::VARCHAR, 'salary', (40000 + i)::VARCHAR, 'from_date', '1999-01-31'), 'ok',
      ${beganWallMs + fromMs} + (i * ${toMs - fromMs} / ${Math.max(1, operations)})::BIGINT
    FROM range(${operations}) AS r(i)`);
  await run(`INSERT INTO topics SELECT 'p.db.' || "table", 0, row_number() OVER (PARTITION BY "table" ORDER BY first, seq) - 1, moment, "table", key, op, kind,
      gtid, 'binlog.000001', seq * 300, 0, op = 'r', moment, json_object('op', op, 'after', after) FROM (
        SELECT 1 AS first, seq, "table", key, kind[1:1] AS letter, CASE kind WHEN 'insert' THEN 'c' ELSE 'u' END AS op, kind, gtid, after,
          "ackedAtMs" + 250 + (hash(seq) % 400)::BIGINT AS moment FROM ledger
        UNION ALL SELECT 0, i, 'employees', 'emp_no=' || (900000 + i), 's', 'r', 'snapshot', NULL,
          json_object('emp_no', 900000 + i, 'from_date', 10622), ${beganWallMs + Math.round(fromMs / 2)} + (i * ${Math.round(fromMs / 3)} / ${Math.max(1, seededRows)})::BIGINT
        FROM range(${seededRows}) AS r(i))`);
  await run(`INSERT INTO lake SELECT "table", topic, "partition", "offset", kind, key, json_extract(payload, '$.after'),
      's3://lake/warehouse/db/' || "table" || '/data/' || commit || '.parquet'
    FROM (SELECT *, (("timestampMs" - ${beganWallMs}) / ${commitEveryMs})::BIGINT + 1 AS commit FROM topics)`);
  await run(`INSERT INTO files SELECT "table", file, 'data', count(*), count(*) * 41 + 812, 7000000000000000000 + split_part(split_part(file, '/', -1), '.', 1)::BIGINT, true
    FROM lake GROUP BY ALL`);
  await run(`INSERT INTO snapshots SELECT "table", "addedSnapshotId", NULL, ${beganWallMs} + ("addedSnapshotId" - 7000000000000000000) * ${commitEveryMs} + 180, 'append',
      json_object('added-records', sum(records)::VARCHAR, 'added-data-files', count(*)::VARCHAR, 'kafka.connect.commit-id', 'c-' || "addedSnapshotId", 'kafka.connect.offsets.control.group', '{"0":8}'),
      row_number() OVER (PARTITION BY "table" ORDER BY "addedSnapshotId" DESC) = 1 FROM files GROUP BY "table", "addedSnapshotId"`);
}
