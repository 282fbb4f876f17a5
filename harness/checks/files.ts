import type { SqlRow } from "#core/ports.ts";
import { foldAnomalies } from "./anomaly-rows.ts";
import type { Check, Step } from "./check.ts";
import { text } from "./sql.ts";
import { keyOfPath } from "./table-files.ts";

/**
 * Files: what the tables name is in the bucket, once; what is in the bucket is named. A data file that nobody names and whose
 * rows are all alive elsewhere is what a killed task leaves behind: told, no defect.
 */
export function* files(): Check {
  const anomalies = [...foldAnomalies(yield named), ...foldAnomalies(yield* orphans())];
  const [counts] = yield `SELECT count(*) AS live, (SELECT count(*) FROM orphans) AS orphans,
    (SELECT count(*) FROM orphans WHERE foreign_rows = 0) AS harmless FROM files WHERE live`;
  return {
    name: "files",
    verdict: anomalies.length === 0 ? "valid" : "invalid",
    anomalies,
    note: `${counts?.["live"]} files; ${counts?.["orphans"]} that no snapshot names, ${counts?.["harmless"]} of them with rows that are all elsewhere`,
  };
}

const named = `WITH wrong AS (
    SELECT "table", path, records, 'lost' AS class, 'sink->object-store' AS hop, 'is named by the table, and the bucket does not have it' AS what
    FROM files WHERE live AND ${keyOfPath("path")} NOT IN (SELECT key FROM objects)
    UNION ALL
    SELECT "table", path, any_value(records), 'double-registered-file', 'object-store->catalog', 'is named ' || count(*) || ' times'
    FROM files WHERE live GROUP BY "table", path HAVING count(*) > 1
  )
  SELECT class, hop, "table", path AS key, sum(CASE class WHEN 'lost' THEN records ELSE 1 END) OVER (PARTITION BY class, "table") AS n,
    path || ' ' || what || ' (' || records || ' records)' AS evidence
  FROM wrong QUALIFY row_number() OVER (PARTITION BY class, "table" ORDER BY path) <= 10 ORDER BY class, "table", path`;

/** Data files that no snapshot of any table names. What they hold is looked up in the lake. */
function* orphans(): Step<readonly SqlRow[]> {
  yield `CREATE OR REPLACE TABLE orphans AS
    SELECT o.key, o.bytes, regexp_extract(o.key, '([^/]+)/data/', 1) AS "table", 0::BIGINT AS rows, NULL::BIGINT AS foreign_rows
    FROM objects AS o WHERE contains(o.key, '/data/') AND o.key LIKE '%.parquet'
      AND o.key NOT IN (SELECT ${keyOfPath("path")} FROM files) ORDER BY o.key`;
  const [named] = yield `SELECT regexp_extract(path, '^s3[an]?://([^/]+)/', 1) AS bucket FROM (
      SELECT path FROM files UNION ALL SELECT files->0->>'path' FROM control WHERE type = 'DATA_WRITTEN'
    ) WHERE path IS NOT NULL LIMIT 1`;
  const bucket = named?.["bucket"];
  const found = typeof bucket === "string" ? yield `SELECT "table", key FROM orphans` : [];
  for (const orphans of Map.groupBy(found, (orphan) => orphan["table"]).values()) {
    const paths = orphans.map(({ key }) => text(`s3://${bucket}/${key}`));
    const rows = `read_parquet([${paths.join(", ")}], union_by_name = true, filename = true)`;
    const described = yield `DESCRIBE SELECT * FROM ${rows}`;
    if (!described.some((column) => column["column_name"] === "_kafka_metadata")) continue;
    yield `UPDATE orphans SET rows = held.rows, foreign_rows = held.foreign_rows FROM (
        SELECT filename, count(*) AS rows, count(*) FILTER (NOT EXISTS (SELECT 1 FROM lake AS l WHERE l.topic = o._kafka_metadata.topic
          AND l."partition" = o._kafka_metadata."partition" AND l."offset" = o._kafka_metadata."offset")) AS foreign_rows
        FROM ${rows} AS o WHERE _kafka_metadata IS NOT NULL GROUP BY filename
      ) AS held WHERE ends_with(held.filename, '/' || key)`;
  }
  return yield `SELECT 'orphan-file' AS class, 'object-store->catalog' AS hop, "table", key, count(*) OVER (PARTITION BY "table") AS n,
      key || chr(10) || '  no snapshot names it; ' || coalesce(foreign_rows || ' of its ' || rows || ' rows are nowhere in the lake', 'its rows cannot be told from others') AS evidence
    FROM orphans WHERE foreign_rows > 0 QUALIFY row_number() OVER (PARTITION BY "table" ORDER BY key) <= 5 ORDER BY key`;
}
