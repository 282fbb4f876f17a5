import type { TableSpec } from "#core/source.ts";
import type { Anomaly } from "#core/verdict.ts";
import { foldAnomalies } from "./anomaly-rows.ts";
import type { Check } from "./check.ts";
import { type Comparison, compareColumns, eventColumns, rowText } from "./comparison.ts";
import { type CheckInputs, ledgerTable, topicTable } from "./inputs.ts";
import { describeLake } from "./lake-view.ts";
import { projectedTables } from "./projection.ts";
import { text } from "./sql.ts";

export interface ChangelogInputs extends CheckInputs {
  /** Whether the topic's evidence has every record, snapshot included; else a lake's record without one is no phantom. */
  readonly topicIsComplete: boolean;
}

/**
 * The changelog: each operation of the ledger is in its topic, as often as it happened, and each record of the topics is in
 * the lake exactly once. Counts of rows prove nothing; here each one is looked for by name.
 */
export function* changelog(inputs: ChangelogInputs): Check {
  const tables = projectedTables(inputs.tables, inputs.pipeline.projection);
  const anomalies: Anomaly[] = [...foldAnomalies(yield ledgerAgainstTopic(inputs, tables))];
  const byKey: string[] = [];
  for (const table of tables) {
    const relation = inputs.lake(table.name);
    const events = relation === undefined ? undefined : yield* describeLake(relation, inputs.pipeline.shape);
    const comparison = events === undefined ? undefined : compareColumns(inputs, table, events);
    if (comparison !== undefined && comparison.events.identity === undefined) byKey.push(table.name);
    anomalies.push(...foldAnomalies(yield topicAgainstLake(inputs, table, comparison)));
  }
  const [counts] =
    yield `SELECT (SELECT count(*) FROM ${ledgerTable}) AS operations, (SELECT count(*) FROM ${topicTable}) AS records`;
  const notes = [
    `${counts?.["operations"]} operations, ${counts?.["records"]} records`,
    ...(byKey.length === 0 ? [] : [`compared by key, as the lake has no Kafka metadata: ${byKey.join(", ")}`]),
  ];
  return {
    name: "changelog",
    verdict: anomalies.length === 0 ? "valid" : "invalid",
    anomalies,
    note: notes.join("; "),
  };
}

/**
 * By GTID, table, key and kind; where there is no GTID, by table, key and kind. Operations that may have happened allow one
 * record and demand none. A table with a filter is left out: the ledger does not say which of its rows passed.
 */
function ledgerAgainstTopic({ pipeline }: CheckInputs, tables: readonly TableSpec[]): string {
  const filtered = new Set(Object.keys(pipeline.projection.filters));
  const captured = tables.filter(({ name }) => !filtered.has(name)).map(({ name }) => text(name));
  const ofTables = `"table" IN (${captured.join(", ") || "NULL"})`;
  return `WITH ledger AS (
      SELECT coalesce(gtid, '') AS gtid, "table", key, kind, count(*) FILTER (status = 'ok') AS certain,
        count(*) AS possible, min(seq) AS seq, min("file" || ':' || pos) AS place
      FROM ${ledgerTable} WHERE status IN ('ok', 'info') AND ${ofTables} GROUP BY ALL
    ),
    topic AS (
      SELECT coalesce(known.gtid, '') AS gtid, "table", key, kind, count(*) AS n, any_value(t.gtid) AS own_gtid, ${places}
      FROM ${topicTable} AS t LEFT JOIN (SELECT DISTINCT gtid FROM ${ledgerTable} WHERE gtid IS NOT NULL) AS known USING (gtid)
      WHERE kind IN ('insert', 'update', 'delete') AND ${ofTables} GROUP BY ALL
    ),
    snapshot_copies AS (
      SELECT "table", key, count(*) AS n, ${places}
      FROM ${topicTable} WHERE kind = 'snapshot' AND key IS NOT NULL AND key <> '' AND ${ofTables}
      GROUP BY ALL HAVING count(*) > 1
    ),
    differing AS (
      SELECT "table", key, kind, coalesce(nullif(gtid, ''), own_gtid, place, 'no GTID') AS position, in_partition, first, last,
        CASE WHEN coalesce(n, 0) < certain THEN 'lost' WHEN possible IS NULL THEN 'phantom' ELSE 'duplicate' END AS class,
        abs(coalesce(n, 0) - CASE WHEN coalesce(n, 0) < certain THEN certain ELSE coalesce(possible, 0) END) AS surplus,
        coalesce(possible, 0) AS operations, coalesce(n, 0) AS records
      FROM ledger FULL JOIN topic USING (gtid, "table", key, kind)
      WHERE coalesce(n, 0) < coalesce(certain, 0) OR coalesce(n, 0) > coalesce(possible, 0)
      UNION ALL
      SELECT "table", key, 'snapshot', 'snapshot', in_partition, first, last, 'duplicate', n - 1, 1, n FROM snapshot_copies
    )
    ${numberedExamples({
      from: "differing",
      hop: "'mysql->kafka'",
      evidence: `key || chr(10) || '  ' || kind || ' ' || position || chr(10) || '  stages ledger: ' || operations ||
        ' times; topic: ' || records || ' times' || coalesce(' (partition ' || in_partition || ', offset ' || first ||
        CASE WHEN first = last THEN '' ELSE ' to ' || last END || ')', '')`,
    })}`;
}

const places = `any_value("partition") AS in_partition, min("offset") AS first, max("offset") AS last`;

/** By topic, partition and offset; where the lake does not have them, by key. */
function topicAgainstLake(inputs: ChangelogInputs, table: TableSpec, comparison: Comparison | undefined): string {
  // Without rewrite, a delete becomes a tombstone, which no sink stores.
  const stored = inputs.pipeline.shape === "unwrapped" ? "kind <> 'delete'" : "true";
  const wanted = `SELECT topic, "partition", "offset", key FROM ${topicTable} WHERE "table" = ${text(table.name)} AND ${stored}`;
  const { topic, partition, offset } = eventColumns;
  const key = table.primaryKey.length === 0 ? "''" : rowText(table.primaryKey, "changes");
  const there =
    comparison === undefined
      ? `SELECT NULL::VARCHAR AS topic, NULL::INTEGER AS "partition", NULL::BIGINT AS "offset", NULL::VARCHAR AS key WHERE false`
      : `SELECT ${topic} AS topic, ${partition} AS "partition", ${offset} AS "offset", ${key} AS key FROM (${comparison.changes}) AS changes`;
  const phantoms = inputs.topicIsComplete ? "true" : `lake."offset" IS NULL`;
  return comparison !== undefined && comparison.events.identity === undefined
    ? byKey({ table, wanted, there, phantoms: inputs.topicIsComplete ? "true" : "false" })
    : byPlace({ table, wanted, there, phantoms });
}

interface TwoSides {
  readonly table: TableSpec;
  /** Relations with `topic`, `partition`, `offset`, `key`. */
  readonly wanted: string;
  readonly there: string;
  /** Whether a record that only the lake has is a finding: SQL over `lake`. */
  readonly phantoms: string;
}

function byPlace({ table, wanted, there, phantoms }: TwoSides): string {
  return `WITH wanted AS (${wanted}),
    lake AS (SELECT topic, "partition", "offset", any_value(key) AS key, count(*) AS n FROM (${there}) GROUP BY ALL),
    differing AS (
      SELECT ${text(table.name)} AS "table", coalesce(lake.key, wanted.key) AS key,
        CASE WHEN lake.n IS NULL THEN 'lost' WHEN wanted.topic IS NULL AND ${phantoms} THEN 'phantom' ELSE 'duplicate' END AS class,
        CASE WHEN lake.n IS NULL THEN 1 WHEN wanted.topic IS NULL AND ${phantoms} THEN lake.n ELSE lake.n - 1 END AS surplus,
        coalesce(wanted.topic, lake.topic, 'no topic') AS topic, coalesce(wanted."partition", lake."partition") AS "partition",
        coalesce(wanted."offset", lake."offset") AS "offset", wanted.topic IS NOT NULL AS in_topic, coalesce(lake.n, 0) AS in_lake
      FROM wanted FULL JOIN lake
        ON wanted.topic = lake.topic AND wanted."partition" = lake."partition" AND wanted."offset" = lake."offset"
      WHERE lake.n IS NULL OR lake.n > 1 OR (wanted.topic IS NULL AND ${phantoms})
    )
    ${numberedExamples({
      from: "differing",
      hop: "'kafka->sink'",
      evidence: `coalesce(key, '') || chr(10) || '  ' || topic || coalesce(' partition ' || "partition" || ' offset ' || "offset", '')
        || chr(10) || '  stages topic: ' || CASE WHEN in_topic THEN 'once' ELSE 'not seen' END || '; lake: ' || in_lake || ' times'`,
    })}`;
}

function byKey({ table, wanted, there, phantoms }: TwoSides): string {
  return `WITH wanted AS (SELECT key, count(*) AS n FROM (${wanted}) GROUP BY key),
    lake AS (SELECT key, count(*) AS n FROM (${there}) GROUP BY key),
    differing AS (
      SELECT ${text(table.name)} AS "table", key, abs(coalesce(lake.n, 0) - coalesce(wanted.n, 0)) AS surplus,
        CASE WHEN coalesce(lake.n, 0) < wanted.n THEN 'lost' WHEN wanted.n IS NULL THEN 'phantom' ELSE 'duplicate' END AS class,
        coalesce(wanted.n, 0) AS in_topic, coalesce(lake.n, 0) AS in_lake
      FROM wanted FULL JOIN lake USING (key)
      WHERE CASE WHEN wanted.n IS NULL THEN ${phantoms} ELSE coalesce(lake.n, 0) <> wanted.n END
    )
    ${numberedExamples({
      from: "differing",
      hop: "'kafka->sink'",
      evidence: `key || chr(10) || '  stages topic: ' || in_topic || ' records; lake: ' || in_lake || ' records'`,
    })}`;
}

/** The rows that `foldAnomalies` takes: five examples of each class with the number of all. */
function numberedExamples({ from, hop, evidence }: { from: string; hop: string; evidence: string }): string {
  return `, numbered AS (
      SELECT *, sum(surplus) OVER (PARTITION BY class, "table") AS n,
        row_number() OVER (PARTITION BY class, "table" ORDER BY key) AS example
      FROM ${from}
    )
    SELECT class, ${hop} AS hop, "table", coalesce(key, '') AS key, n, ${evidence} AS evidence
    FROM numbered WHERE example <= 5 ORDER BY "table", class, example`;
}
