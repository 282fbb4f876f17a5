import { foldAnomalies } from "./anomaly-rows.ts";
import type { Check } from "./check.ts";

/**
 * Positions: no stored offset went back, or forward past what was never delivered. Rows that come twice or not at all are
 * told by the other checks; here is what was done to the offsets.
 */
export function* positions(): Check {
  const anomalies = [...foldAnomalies(yield sourceMoves), ...foldAnomalies(yield groupMoves)];
  const [counts] =
    yield "SELECT (SELECT count(*) FROM source_moves) AS source, (SELECT count(*) FROM group_moves) AS groups";
  return {
    name: "positions",
    verdict: anomalies.length === 0 ? "valid" : "invalid",
    anomalies,
    note: `${counts?.["source"]} moves of the source's offset, ${counts?.["groups"]} of the sink's groups'`,
  };
}

const sourceMoves = `SELECT CASE WHEN back THEN 'offset-went-back' ELSE 'offset-ahead-of-data' END AS class, 'mysql->debezium' AS hop,
    'all' AS "table", '' AS key, count(*) OVER (PARTITION BY back) AS n,
    'the source''s stored offset' || chr(10) || '  from ' || coalesce(was_gtids, was_file || ':' || was_pos) || chr(10) || '  to   '
      || coalesce(gtids, "file" || ':' || pos) AS evidence
  FROM source_moves WHERE back OR (by_hand AND EXISTS (SELECT 1 FROM missing_operations WHERE jumped_to = gtids))
  QUALIFY row_number() OVER (PARTITION BY back ORDER BY turn) <= 5 ORDER BY turn`;

const groupMoves = `WITH moves AS (
    SELECT *, CASE WHEN back THEN 'offset-went-back' ELSE 'offset-ahead-of-data' END AS class FROM group_moves
    WHERE back OR (by_hand AND EXISTS (
      SELECT 1 FROM records AS r WHERE r.topic = group_moves.topic AND r."partition" = group_moves."partition"
        AND r."offset" >= was AND r."offset" < now
        AND NOT EXISTS (SELECT 1 FROM lake AS l WHERE l.topic = r.topic AND l."partition" = r."partition" AND l."offset" = r."offset")))
  )
  SELECT class, hop, 'all' AS "table", '' AS key, count(*) OVER (PARTITION BY class, hop) AS n,
    'the group ' || name || ' on ' || topic || ', partition ' || "partition" || ': from ' || was || ' to ' || now AS evidence
  FROM moves QUALIFY row_number() OVER (PARTITION BY class, hop ORDER BY turn) <= 5 ORDER BY class, hop, turn`;
