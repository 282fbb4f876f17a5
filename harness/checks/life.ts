import type { Step } from "./check.ts";
import { text } from "./sql.ts";

/** One thing that happened to a row, at one stage. */
export interface LifeEvent {
  readonly atMs: number;
  readonly stage: "mysql" | "topic" | "control" | "lake";
  readonly text: string;
}

/** The life of one row through all stages of a run, in the order of time. Asks the relations of evidence.ts. */
export function* lifeOf(table: string, key: string): Step<readonly LifeEvent[]> {
  const ofRow = `"table" = ${text(table)} AND key = ${text(key)}`;
  const rows = yield `SELECT * FROM (
      SELECT "ackedAtMs" AS "atMs", 1 AS turn, 'mysql' AS stage, kind || ' committed' || coalesce(' as ' || gtid, ' at ' || "file" || ':' || pos, '')
          || CASE WHEN source = 'binlog' THEN ', by somebody else' ELSE coalesce(' (' || label || ')', '') END
          || coalesce(': ' || coalesce(after, before)::VARCHAR, '') AS text
        FROM ledger WHERE ${ofRow}
      UNION ALL
      SELECT "timestampMs", 2, 'topic', kind || ' at partition ' || "partition" || ', offset ' || "offset" || coalesce(', GTID ' || gtid, '')
        FROM topics WHERE ${ofRow}
      UNION ALL
      SELECT c."timestampMs", 3, 'control', 'the sink announced ' || f.path || ' (' || f.records || ' records), offset ' || c."offset"
        FROM control AS c, (SELECT unnest(from_json(c.files, '[{"path":"VARCHAR","records":"BIGINT"}]')) AS f)
        WHERE c.type = 'DATA_WRITTEN' AND f.path IN (SELECT "file" FROM lake WHERE ${ofRow})
      UNION ALL
      SELECT s."timestampMs", 4, 'lake', l.kind || coalesce(' of partition ' || l."partition" || ', offset ' || l."offset", ' without a place in Kafka')
          || coalesce(', visible with snapshot ' || s."snapshotId", '') || coalesce(', in ' || regexp_extract(l."file", '[^/]+$'), '')
          || coalesce(': ' || l."row"::VARCHAR, '')
        FROM lake AS l LEFT JOIN (SELECT DISTINCT path, "addedSnapshotId" FROM files) AS f ON f.path = l."file"
          LEFT JOIN snapshots AS s ON s."snapshotId" = f."addedSnapshotId"
        WHERE l."table" = ${text(table)} AND l.key = ${text(key)}
    ) ORDER BY "atMs" NULLS LAST, turn`;
  return rows.map((row) => ({ atMs: Number(row["atMs"] ?? 0), stage: stageOf(row["stage"]), text: row["text"] ?? "" }));
}

function stageOf(stage: string | null | undefined): LifeEvent["stage"] {
  return stage === "mysql" || stage === "topic" || stage === "control" ? stage : "lake";
}

/** Keys of a table that begin like this one, for a question that named a part. */
export function* keysLike(table: string, part: string): Step<readonly string[]> {
  const rows = yield `SELECT DISTINCT key FROM (
      SELECT key FROM ledger WHERE "table" = ${text(table)} UNION SELECT key FROM topics WHERE "table" = ${text(table)}
      UNION SELECT key FROM lake WHERE "table" = ${text(table)}
    ) WHERE key = ${text(part)} OR contains(key, '=' || ${text(part)}) ORDER BY length(key), key LIMIT 10`;
  return rows.map((row) => row["key"] ?? "");
}
