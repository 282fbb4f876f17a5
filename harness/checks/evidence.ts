import { text } from "./sql.ts";

/** What a run has written down of each stage, as DuckDB's tables. `floe sql --run` has the same. */
export const relations = {
  /** Each operation that MySQL committed, from the harness's own writers and, completed by the binlog, of everybody else. */
  ledger: "ledger",
  /** The binlog's row changes in their order, and its other statements (`kind = 'statement'`, `sql`). */
  binlog: "binlog",
  /** Each record of the data topics, tombstones included. */
  topics: "topics",
  /** Each event of the sink's control topic. */
  control: "control",
  /** Offsets of the sink's groups, the source's stored offset, connector states: each change of them, over time. */
  positions: "positions",
  /** Every snapshot that the tables' metadata knew when all was settled. `current`: an ancestor of the current one. */
  snapshots: "snapshots",
  /** The files that the current snapshots' manifests name. */
  files: "files",
  /** The objects in the bucket under the tables' folders. */
  objects: "objects",
  /** Each row of the lake's tables as an event, with the file that holds it. */
  lake: "lake",
} as const;
export type Relation = keyof typeof relations;

type Columns = Readonly<Record<string, string>>;

/** The columns of each relation's file, as they are written: a line of JSON for each row, or Parquet made of that. */
const columns: Readonly<Record<Relation, Columns>> = {
  ledger: {
    seq: "BIGINT",
    writer: "BIGINT",
    label: "VARCHAR",
    gtid: "VARCHAR",
    file: "VARCHAR",
    pos: "BIGINT",
    table: "VARCHAR",
    kind: "VARCHAR",
    key: "VARCHAR",
    before: "JSON",
    after: "JSON",
    status: "VARCHAR",
    ackedAtMs: "BIGINT",
  },
  binlog: {
    gtid: "VARCHAR",
    file: "VARCHAR",
    pos: "BIGINT",
    row: "BIGINT",
    order: "BIGINT",
    table: "VARCHAR",
    kind: "VARCHAR",
    key: "VARCHAR",
    before: "JSON",
    after: "JSON",
    committedAtMs: "DOUBLE",
    sql: "VARCHAR",
  },
  topics: {
    topic: "VARCHAR",
    partition: "INTEGER",
    offset: "BIGINT",
    timestampMs: "BIGINT",
    headers: "JSON",
    table: "VARCHAR",
    key: "VARCHAR",
    op: "VARCHAR",
    gtid: "VARCHAR",
    file: "VARCHAR",
    pos: "BIGINT",
    row: "BIGINT",
    snapshot: "BOOLEAN",
    tsMs: "BIGINT",
    payload: "JSON",
  },
  control: {
    partition: "INTEGER",
    offset: "BIGINT",
    type: "VARCHAR",
    producerId: "BIGINT",
    group: "VARCHAR",
    commitId: "VARCHAR",
    timestampMs: "BIGINT",
    table: "VARCHAR",
    files: "JSON",
    assignments: "JSON",
    snapshotId: "BIGINT",
    validThroughMs: "BIGINT",
  },
  positions: { wallMs: "BIGINT", kind: "VARCHAR", name: "VARCHAR", detail: "JSON" },
  snapshots: {
    table: "VARCHAR",
    tableUuid: "VARCHAR",
    snapshotId: "BIGINT",
    parentId: "BIGINT",
    timestampMs: "BIGINT",
    operation: "VARCHAR",
    summary: "JSON",
    current: "BOOLEAN",
  },
  files: {
    table: "VARCHAR",
    path: "VARCHAR",
    content: "VARCHAR",
    records: "BIGINT",
    bytes: "BIGINT",
    addedSnapshotId: "BIGINT",
    live: "BOOLEAN",
  },
  objects: { key: "VARCHAR", bytes: "BIGINT", modifiedMs: "BIGINT" },
  lake: {
    table: "VARCHAR",
    topic: "VARCHAR",
    partition: "INTEGER",
    offset: "BIGINT",
    kind: "VARCHAR",
    key: "VARCHAR",
    row: "JSON",
    file: "VARCHAR",
  },
};

/** The file of each relation that a run has: `.jsonl` while it is written, `.parquet` once it is whole. */
export type EvidenceFiles = Readonly<Partial<Record<Relation, string>>>;

/**
 * Statements that bring the evidence into DuckDB. What has no file is an empty table. `cutOff`: the harness was killed while
 * it wrote, so a file may end in half a line.
 */
export function evidenceStatements(files: EvidenceFiles, { cutOff = false } = {}): readonly string[] {
  const tables = relationNames.map((relation) => tableOf(relation, { file: files[relation], cutOff }));
  return isWhole(files.ledger) ? tables : [...tables, completedLedger];
}

const relationNames = Object.values(relations);

interface Stored {
  readonly file: string | undefined;
  readonly cutOff: boolean;
}

function tableOf(relation: Relation, { file, cutOff }: Stored): string {
  if (file !== undefined && isWhole(file))
    return `CREATE OR REPLACE TABLE ${relation} AS SELECT * FROM read_parquet(${text(file)})`;
  const derived = relation === "topics" ? `, ${kindOfOp} AS kind` : "";
  const stored = relation === "ledger" ? "told" : relation;
  return `CREATE OR REPLACE TABLE ${stored} AS SELECT *${derived} FROM ${lines(columns[relation], { file, cutOff })}`;
}

/** Parquet is written once, at the end, of what the checks saw: the ledger in it is complete. */
function isWhole(file: string | undefined): boolean {
  return file?.endsWith(".parquet") === true;
}

function lines(columns: Columns, { file, cutOff }: Stored): string {
  if (file === undefined) {
    const none = Object.entries(columns).map(([column, type]) => `NULL::${type} AS "${column}"`);
    return `(SELECT ${none.join(", ")} WHERE false)`;
  }
  const typed = Object.entries(columns).map(([column, type]) => `'${column}': '${type}'`);
  return `read_json(${text(file)}, format = 'newline_delimited', ignore_errors = ${cutOff}, maximum_object_size = 67108864,
    columns = {${typed.join(", ")}})`;
}

const kindOfOp = `CASE op WHEN 'c' THEN 'insert' WHEN 'u' THEN 'update' WHEN 'd' THEN 'delete' WHEN 'r' THEN 'snapshot' ELSE op END`;

/**
 * What the writers were told, beside what the binlog holds: the n-th change of a kind to a key in a transaction is the same
 * on both sides; without GTIDs, in the whole run. An operation whose answer got lost is `ok` when the binlog has it, and
 * comes after all that are known to have happened: which of them the binlog has cannot be seen, only how many. What failed
 * is never in it. What the binlog alone has was done by somebody else. Without a binlog, the writers' word stands.
 */
const completedLedger = `CREATE OR REPLACE TABLE ledger AS
  WITH told_numbered AS (
    -- Failed ones have no number, and so no partner: a condition on one side alone would make a full join compare every pair.
    SELECT *, CASE WHEN status <> 'fail' THEN row_number() OVER (PARTITION BY gtid, "table", key, kind, status = 'fail'
      ORDER BY status = 'info', seq) END AS nth FROM told
  ),
  logged AS (
    SELECT *, row_number() OVER (PARTITION BY CASE WHEN in_gtids THEN gtid END, "table", key, kind
      ORDER BY length("file"), "file", pos, "row", "order") AS nth
    FROM binlog, (SELECT bool_or(gtid IS NOT NULL) AS in_gtids FROM told) WHERE kind <> 'statement'
  )
  SELECT row_number() OVER (ORDER BY b."file" IS NULL, length(b."file"), b."file", b.pos, b."row", b."order", t.seq) - 1 AS seq,
    t.writer, coalesce(t.label, 'by somebody else') AS label, coalesce(t.gtid, b.gtid) AS gtid,
    coalesce(b."file", t."file") AS "file", coalesce(b.pos, t.pos) AS pos, b."row", b."order",
    -- What a record of the topic names as well: the transaction, or, where GTID is off, the event in the binlog.
    coalesce(t.gtid, b.gtid, b."file" || ':' || b.pos) AS place,
    coalesce(t."table", b."table") AS "table", coalesce(t.kind, b.kind) AS kind, coalesce(t.key, b.key) AS key,
    coalesce(b.before, t.before) AS before, coalesce(b.after, t.after) AS after,
    CASE WHEN t.seq IS NULL THEN 'ok' WHEN t.status <> 'info' OR NOT EXISTS (FROM binlog) THEN t.status
      WHEN b."file" IS NULL THEN 'fail' ELSE 'ok' END AS status,
    CASE WHEN t.seq IS NULL THEN 'binlog' ELSE 'harness' END AS source,
    coalesce(t."ackedAtMs", b."committedAtMs"::BIGINT) AS "ackedAtMs"
  FROM told_numbered AS t FULL JOIN logged AS b
    ON t.gtid IS NOT DISTINCT FROM CASE WHEN b.in_gtids THEN b.gtid END
    AND t."table" = b."table" AND t.key = b.key AND t.kind = b.kind AND t.nth = b.nth`;
