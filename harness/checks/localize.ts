import type { Step } from "./check.ts";
import type { GivenInputs } from "./inputs.ts";
import { text } from "./sql.ts";
import { keyOfPath } from "./table-files.ts";

/**
 * Tables that say where the guilty hop is, made of the evidence once, before any check looks for what is wrong:
 * `records`, `recorded_from`, `source_offsets`, `source_moves`, `group_moves`, `missing_operations`, `table_state`.
 */
export function* localize(inputs: GivenInputs): Step<void> {
  yield records;
  yield `CREATE OR REPLACE TABLE altered ("table" VARCHAR, topic VARCHAR, "partition" INTEGER, "offset" BIGINT, key VARCHAR, hop VARCHAR, columns VARCHAR)`;
  yield recordedFrom(inputs);
  yield stoppedTimes(inputs);
  yield sourceOffsets(inputs);
  yield sourceMoves;
  yield groupMoves(inputs);
  yield missingOperations;
  yield tableState;
}

/** `place` is how the ledger names the same operation: its transaction, or its event in the binlog. */
const records = `CREATE OR REPLACE VIEW records AS
  SELECT *, coalesce(gtid, CASE WHEN kind <> 'snapshot' THEN "file" || ':' || pos END) AS place FROM topics WHERE kind <> 'tombstone'`;

function recordedFrom({ recordedFrom }: GivenInputs): string {
  const rows = [...recordedFrom].flatMap(([topic, offsets]) =>
    [...offsets].map(([partition, offset]) => `(${text(topic)}, ${partition}, ${offset})`),
  );
  return `CREATE OR REPLACE TABLE recorded_from AS SELECT * FROM (VALUES
    ${["(NULL::VARCHAR, NULL::INTEGER, NULL::BIGINT)", ...rows].join(", ")}) AS r(topic, "partition", "offset") WHERE topic IS NOT NULL`;
}

/** When each connector stood still with no task: only then does somebody else move its offsets. */
function stoppedTimes({ pipeline: { names } }: GivenInputs): string {
  return `CREATE OR REPLACE TABLE stopped AS
    WITH states AS (
      SELECT name, "wallMs", detail->>'state' AS state, lead("wallMs", 1, 9223372036854775807) OVER (PARTITION BY name ORDER BY "wallMs") AS until
      FROM positions WHERE kind = 'connector'
    )
    SELECT CASE name WHEN ${text(names.sourceConnector)} THEN 'source' ELSE 'sink' END AS connector,
      "wallMs" - 2000 AS since, until + 2000 AS until
    FROM states WHERE state = 'STOPPED'`;
}

/**
 * The source's stored offset, each that its offsets topic has: `transactions` is their number in its GTID set; without
 * GTIDs, there is the place in the binlog.
 */
function sourceOffsets({ pipeline: { names } }: GivenInputs): string {
  return `CREATE OR REPLACE TABLE source_offsets AS
    SELECT "wallMs", rowid AS turn, detail->>'gtids' AS gtids, (detail->>'transactions')::BIGINT AS transactions,
      detail->>'file' AS "file", (detail->>'pos')::BIGINT AS pos
    FROM positions WHERE kind = 'source' AND name = ${text(names.sourceConnector)} AND (detail->>'file') IS NOT NULL`;
}

/** Each change of the source's stored offset: what it `was`, and what it is now. */
const sourceMoves = `CREATE OR REPLACE TABLE source_moves AS
    WITH ordered AS (
      SELECT *, lag(gtids) OVER turns AS was_gtids, lag(transactions) OVER turns AS was,
        lag("file") OVER turns AS was_file, lag(pos) OVER turns AS was_pos
      FROM source_offsets WINDOW turns AS (ORDER BY turn)
    )
    SELECT o.*, EXISTS (SELECT 1 FROM stopped AS s WHERE s.connector = 'source' AND o."wallMs" BETWEEN s.since AND s.until) AS by_hand,
      CASE WHEN gtids IS NOT NULL AND was_gtids IS NOT NULL THEN transactions < was
        ELSE (length("file"), "file", pos) < (length(was_file), was_file, was_pos) END AS back
    FROM ordered AS o WHERE was_file IS NOT NULL`;

/** The sink's two groups, as they were seen every half second: where an offset went back, or forward while the sink was stopped. */
function groupMoves({ pipeline: { names } }: GivenInputs): string {
  return `CREATE OR REPLACE TABLE group_moves AS
    WITH seen AS (
      SELECT "wallMs", rowid AS turn, name, unnest(json_keys(detail)) AS place, detail FROM positions
      WHERE kind = 'group' AND name IN (${text(names.sinkGroup)}, ${text(names.coordinatorGroup)})
    ),
    offsets AS (
      SELECT "wallMs", turn, name, regexp_extract(place, '^(.*)/', 1) AS topic, regexp_extract(place, '/(\\d+)$', 1)::INTEGER AS "partition",
        json_extract_string(detail, '$."' || place || '"')::BIGINT AS now
      FROM seen
    ),
    ordered AS (SELECT *, lag(now, 1, 0) OVER (PARTITION BY name, topic, "partition" ORDER BY turn) AS was FROM offsets)
    SELECT o.*, now < was AS back, if(name = ${text(names.sinkGroup)}, 'kafka->sink', 'object-store->catalog') AS hop,
      EXISTS (SELECT 1 FROM stopped AS s WHERE s.connector = 'sink' AND o."wallMs" BETWEEN s.since AND s.until) AS by_hand
    FROM ordered AS o WHERE now <> was`;
}

/** Whether a file came with a snapshot that the sink did not make. */
export function isForeign(file: string): string {
  return `coalesce(${file} IN (SELECT path FROM files JOIN table_state AS t USING ("table") WHERE list_contains(t.foreign_ids, "addedSnapshotId")), false)`;
}

/** Whether the sink's group was moved past a record by hand. */
export function isUnread(record: string): string {
  return `EXISTS (SELECT 1 FROM group_moves AS g WHERE g.by_hand AND NOT g.back AND g.topic = ${record}.topic
    AND g."partition" = ${record}."partition" AND ${record}."offset" >= g.was AND ${record}."offset" < g.now)`;
}

/**
 * Operations that no record of their topic tells of, and the hop that lost each: the binlog's way to the connector, when the
 * connector's stored offset does not have it or was moved past it by hand; else the connector's way to the topic.
 */
const missingOperations = `CREATE OR REPLACE TABLE missing_operations AS
  WITH told AS (
    SELECT seq, place, "table", key, kind, row_number() OVER (PARTITION BY place, "table", key, kind ORDER BY seq) AS nth
    FROM ledger WHERE status = 'ok'
  ),
  known AS (SELECT DISTINCT place FROM ledger WHERE place IS NOT NULL),
  reported AS (
    SELECT r."table", r.key, r.kind, k.place, row_number() OVER (PARTITION BY k.place, r."table", r.key, r.kind ORDER BY "offset") AS nth
    FROM records AS r LEFT JOIN known AS k USING (place) WHERE r.kind IN ('insert', 'update', 'delete')
  ),
  missing AS (
    SELECT * FROM ledger WHERE status = 'ok' AND seq IN (SELECT seq FROM told WHERE NOT EXISTS (SELECT 1 FROM reported AS r WHERE r."table" = told."table" AND r.key = told.key
      AND r.kind = told.kind AND r.place IS NOT DISTINCT FROM told.place AND r.nth = told.nth))
  ),
  -- A transaction is passed over whole. A server whose GTIDs began anew gives one twice: its number says nothing then.
  delivered AS (SELECT DISTINCT gtid FROM ledger WHERE status = 'ok' AND gtid IS NOT NULL AND seq NOT IN (SELECT seq FROM missing)),
  numbered AS (
    SELECT m.*, regexp_extract(m.gtid, '^(.*):', 1) AS server,
      CASE WHEN d.gtid IS NULL THEN regexp_extract(m.gtid, ':(\\d+)$', 1) ELSE '' END AS number
    FROM missing AS m LEFT JOIN delivered AS d ON d.gtid = m.gtid
  ),
  last AS (SELECT max_by(gtids, turn) AS gtids FROM source_offsets)
  SELECT m.* EXCLUDE (server, number), jump.gtids AS jumped_to, jump.was_gtids AS jumped_from,
    CASE WHEN jump.turn IS NOT NULL THEN 'mysql->debezium'
      WHEN number <> '' AND last.gtids IS NOT NULL AND NOT list_contains(list_transform(
          string_split(regexp_extract(last.gtids, server || ':([\\d:-]+)', 1), ':'),
          lambda i: number::BIGINT BETWEEN try_cast(split_part(i, '-', 1) AS BIGINT) AND try_cast(split_part(i, '-', -1) AS BIGINT)
        ), true) THEN 'mysql->debezium'
      ELSE 'debezium->kafka' END AS hop
  FROM numbered AS m LEFT JOIN last ON true
  LEFT JOIN LATERAL (
    SELECT * FROM source_moves AS j WHERE NOT j.back AND j.by_hand AND m.number <> ''
      AND m.number::BIGINT > coalesce(try_cast(regexp_extract(j.was_gtids, m.server || ':(?:[^,]*[:-])?(\\d+)(?:,|$)', 1) AS BIGINT), 0)
      AND m.number::BIGINT <= coalesce(try_cast(regexp_extract(j.gtids, m.server || ':(?:[^,]*[:-])?(\\d+)(?:,|$)', 1) AS BIGINT), 0)
    LIMIT 1
  ) AS jump ON true`;

/**
 * What happened to each table behind the sink's back. A snapshot without the sink's commit id was made by somebody else; one
 * that the sink has told of and that the current snapshot does not descend from was rolled back, or its table was made again.
 */
const tableState = `CREATE OR REPLACE TABLE table_state AS
  WITH tables AS (SELECT "table" FROM ledger UNION SELECT "table" FROM topics UNION SELECT "table" FROM snapshots),
  missing AS (
    SELECT "table", count(*) AS n, min(path) AS example
    FROM files WHERE live AND ${keyOfPath("path")} NOT IN (SELECT key FROM objects) GROUP BY "table"
  ),
  foreigners AS (
    SELECT "table", count(*) AS n, min("snapshotId") AS example, list("snapshotId") AS ids FROM snapshots
    WHERE current AND NOT coalesce(json_exists(summary, '$."kafka.connect.commit-id"'), false) GROUP BY "table"
  ),
  undone AS (
    SELECT regexp_extract(c."table", '[^.]*$') AS "table", count(*) AS n, min(c."snapshotId") AS example
    FROM control AS c LEFT JOIN snapshots AS s ON s."snapshotId" = c."snapshotId" AND s.current
    WHERE c.type = 'COMMIT_TO_TABLE' AND s."snapshotId" IS NULL GROUP BY 1
  ),
  announced AS (
    SELECT regexp_extract("table", '[^.]*$') AS "table", "offset", unnest(from_json(files, '[{"path":"VARCHAR","records":"BIGINT"}]')) AS f
    FROM control WHERE type = 'DATA_WRITTEN'
  ),
  uncommitted AS (
    SELECT a."table", count(*) AS n, sum(a.f.records) AS records, max(a."offset") AS "offset" FROM announced AS a
    WHERE a.f.path NOT IN (SELECT path FROM files) GROUP BY 1
  )
  SELECT t."table", foreigners.ids AS foreign_ids,
    CASE WHEN missing.n > 0 THEN 'sink->object-store' WHEN foreigners.n > 0 OR undone.n > 0 OR uncommitted.n > 0 THEN 'object-store->catalog'
      ELSE 'kafka->sink' END AS hop,
    concat_ws('; ',
      CASE WHEN missing.n > 0 THEN missing.n || ' data files that the table names are not in the bucket: ' || missing.example END,
      CASE WHEN foreigners.n > 0 THEN foreigners.n || ' snapshots that are not the sink''s, as ' || foreigners.example END,
      CASE WHEN undone.n > 0 THEN undone.n || ' of the sink''s snapshots are not among the current one''s ancestors, as ' || undone.example END,
      CASE WHEN uncommitted.n > 0 THEN uncommitted.n || ' data files of ' || uncommitted.records || ' records that the sink announced, the last at offset '
        || uncommitted."offset" || ' of the control topic, are in no snapshot' END) AS why
  FROM tables AS t LEFT JOIN missing USING ("table") LEFT JOIN foreigners USING ("table") LEFT JOIN undone USING ("table")
    LEFT JOIN uncommitted USING ("table")`;
