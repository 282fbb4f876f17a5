import { foldAnomalies } from "./anomaly-rows.ts";
import type { Check } from "./check.ts";

/**
 * One row per key: what a table must look like that is said to be upserted. An append-only changelog fails it: `duplicate`
 * for each row of a key beyond its first, `resurrected` for each key whose last event is a delete and that has rows at all.
 */
export function* oneRowPerKey(): Check {
  const anomalies = [...foldAnomalies(yield rows)];
  const [counts] = yield `SELECT count(*) AS rows, count(DISTINCT ("table", key)) AS keys FROM lake`;
  return {
    name: "one-row-per-key",
    verdict: anomalies.length === 0 ? "valid" : "invalid",
    anomalies,
    note: `${counts?.["rows"]} rows of ${counts?.["keys"]} keys`,
  };
}

const rows = `WITH keys AS (
    SELECT "table", key, count(*) AS n, max_by(kind, "offset") AS last FROM lake GROUP BY ALL
  ),
  wrong AS (
    SELECT "table", key, 'duplicate' AS class, n - 1 AS surplus, key || chr(10) || '  lake   ' || n || ' rows' AS told FROM keys WHERE n > 1
    UNION ALL
    SELECT "table", key, 'resurrected', 1, key || chr(10) || '  lake   ' || n || ' rows, the last of them a delete' FROM keys WHERE last = 'delete'
  )
  SELECT class, 'kafka->sink' AS hop, "table", key, sum(surplus) OVER (PARTITION BY class, "table") AS n, told AS evidence
  FROM wrong QUALIFY row_number() OVER (PARTITION BY class, "table" ORDER BY key) <= 5 ORDER BY class, "table", key`;
