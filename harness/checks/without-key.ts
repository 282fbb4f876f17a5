import type { Anomaly } from "#core/verdict.ts";
import { foldAnomalies } from "./anomaly-rows.ts";
import type { Step } from "./check.ts";
import { type Comparison, eventColumns, rowText } from "./comparison.ts";
import { passesColumn } from "./source-view.ts";
import { name, text } from "./sql.ts";

/**
 * A table without a primary key: the same rows, each as often. An update takes a row away and adds one; which one it takes
 * away only the envelope tells.
 */
export function* compareWithoutKey(comparison: Comparison): Step<WithoutKeyResult> {
  const { source, changes, events, table } = comparison;
  const [counts] = yield `SELECT (SELECT count(*) FROM (${source})) AS compared,
    (SELECT count(*) FROM (${changes}) WHERE ${eventColumns.kind} = 'update') AS updates`;
  const rows = Number(counts?.["compared"] ?? "0");
  if (events.before === undefined && counts?.["updates"] !== "0") {
    return {
      rows,
      anomalies: [],
      unknown: `${table.name} has no primary key, and its updates do not tell which row they replace`,
    };
  }
  return { rows, anomalies: foldAnomalies(yield surplusAndDeficit(comparison)) };
}

export interface WithoutKeyResult {
  readonly rows: number;
  readonly anomalies: readonly Anomaly[];
  /** Why nothing can be said. */
  readonly unknown?: string;
}

function surplusAndDeficit(comparison: Comparison): string {
  const row = rowText(comparison.forms.keys(), "side");
  return `WITH counted AS (
      SELECT row, sum(in_mysql)::BIGINT AS in_mysql, sum(in_lake)::BIGINT AS in_lake FROM (
        SELECT ${row} AS row, 1 AS in_mysql, 0 AS in_lake FROM (${comparison.source}) AS side WHERE ${name(passesColumn)}
        UNION ALL SELECT ${row}, 0, CASE ${eventColumns.kind} WHEN 'delete' THEN -1 ELSE 1 END FROM (${comparison.changes}) AS side
        ${beforeImages(comparison)}
      ) GROUP BY row HAVING sum(in_mysql) <> sum(in_lake)
    ),
    classified AS (
      SELECT *, CASE WHEN in_lake < in_mysql THEN 'lost' WHEN in_mysql > 0 THEN 'duplicate' ELSE 'phantom' END AS class
      FROM counted
    ),
    numbered AS (
      SELECT *, sum(abs(in_mysql - in_lake)) OVER (PARTITION BY class) AS n,
        row_number() OVER (PARTITION BY class ORDER BY row) AS example
      FROM classified
    )
    SELECT class, 'mysql->kafka' AS hop, ${text(comparison.table.name)} AS "table", row AS key, n,
      row || chr(10) || '  mysql  ' || in_mysql || ' times, lake ' || in_lake || ' times' AS evidence
    FROM numbered WHERE example <= 5 ORDER BY class, example`;
}

function beforeImages({ events, forms }: Comparison): string {
  const { before } = events;
  if (before === undefined) return "";
  const columns = [...forms].map(([column, form]) => {
    return `${form.lake.replaceAll(events.column(column), before(column))} AS ${name(column)}`;
  });
  return `UNION ALL SELECT ${rowText(forms.keys(), "side")}, 0, -1
    FROM (SELECT ${columns.join(", ")} FROM ${events.relation} WHERE ${events.kind} = 'update') AS side`;
}
