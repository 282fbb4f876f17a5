import type { Anomaly } from "#core/verdict.ts";
import { foldAnomalies } from "./anomaly-rows.ts";
import type { Step } from "./check.ts";
import { type Comparison, eventColumns, rowText, sameColumn, valueColumns } from "./comparison.ts";
import { type CheckInputs, topicIsComplete } from "./inputs.ts";
import { isUnread } from "./localize.ts";
import { passesColumn } from "./source-view.ts";
import { name, text } from "./sql.ts";

export interface Differences {
  readonly inputs: CheckInputs;
  readonly comparison: Comparison;
  /** A WITH clause that defines `joined`, with `s` and `l`. */
  readonly joined: string;
  /** The condition under which a row of `joined` is a difference. */
  readonly differing: string;
}

/** Puts each difference into its class by asking which stages have the change: ledger, topic, lake. */
export function* explainDifferences(differences: Differences): Step<readonly Anomaly[]> {
  yield keepDifferences(differences);
  return foldAnomalies(yield classify(differences));
}

const kept = "floe_difference";

function keepDifferences({ comparison, joined, differing }: Differences): string {
  const { kind, partition, offset } = eventColumns;
  const columns = valueColumns(comparison);
  const inMysql = `s.${name(passesColumn)} IS NOT NULL`;
  const inLake = `l IS NOT NULL AND l.${kind} <> 'delete'`;
  const onlyDiffering = (side: string) => {
    const parts = columns.map((column) => {
      const same = sameColumn(comparison, column, { source: "s", lake: "l" });
      return `CASE WHEN NOT ${same} THEN ${rowText([column], side)} END`;
    });
    return `concat_ws(', ', ${["NULL", ...parts].join(", ")})`;
  };
  const shown = (side: string, there: string) =>
    `CASE WHEN ${inMysql} AND ${inLake} THEN ${onlyDiffering(side)} WHEN ${there} THEN ${rowText(columns, side)} END`;
  return `CREATE OR REPLACE TEMP TABLE ${kept} AS ${joined}
    SELECT key, CASE WHEN NOT (${inMysql}) THEN 'lake' WHEN ${inLake} THEN 'both' ELSE 'mysql' END AS side,
      ${shown("s", inMysql)} AS mysql, ${shown("l", inLake)} AS lake,
      CASE WHEN ${inMysql} THEN ${rowText(columns, "s")} END AS whole,
      l.${kind} AS kind, l.${partition} AS "partition", l.${offset} AS "offset"
    FROM joined WHERE ${differing}`;
}

/**
 * In the order of the conditions:
 * - phantom: only the lake has the row, and neither ledger nor snapshot ever told of it;
 * - resurrected: MySQL has no such row any more, the lake has it alive;
 * - lost: MySQL has the row, the lake never had its key;
 * - stale: the lake lacks a later change of the key, which the topic has, or which the topic lacks, too;
 * - reordered: the lake has MySQL's row, and an older one, or its deletion, after it. Where rows have a place in Kafka their
 *   order is the topic's, so the topic must end with another record than the ledger's last: else MySQL went back by itself;
 * - lost, again: the lake has the row as deleted;
 * - value-changed: none of these; the change arrived, with another value.
 */
function classify({ inputs, comparison }: Differences): string {
  const behindTopic = lakeIsBehindTopic(comparison);
  const excused = inputs.pipeline.shape === "unwrapped" ? "d.side = 'lake' AND operations.kind = 'delete'" : "false";
  // Not by the sink, whose records all have a place in Kafka.
  const foreign = comparison.events.identity === undefined ? "false" : `(d.kind IS NOT NULL AND d."offset" IS NULL)`;
  const reorderable = comparison.events.identity === undefined ? "true" : "topic_out_of_order";
  const unplaced = topicIsComplete(inputs) ? "true" : `d."offset" IS NULL`;
  return `WITH ${stages(comparison)},
    known AS (
      SELECT d.*, operations.n AS operations, operations.kind AS last_kind, operations.gtid AS last_gtid, operations.after AS last_after,
        records.n AS records, records."offset" AS last_offset, versions.n AS versions, state.why,
        ${foreign} AS not_the_sinks, ${behindTopic} AS behind_topic, unreported.hop AS lost_at, altered.columns AS altered, altered.hop AS altered_hop,
        CASE WHEN records.unread THEN 'kafka->sink' ELSE coalesce(state.hop, 'kafka->sink') END AS lake_hop,
        coalesce(records.kind <> operations.kind OR records.nth > operations.nth OR (operations.gtid <> '' AND records.gtid <> operations.gtid), false) AS topic_out_of_order,
        d.side = 'lake' AND operations.n IS NULL AND NOT coalesce(records.in_snapshot, false) AND ${unplaced} AS never_there,
        coalesce(records.nobodys, false) OR (never_there AND records.n > 0) AS nobodys,
        versions.agreed AND NOT ${foreign} AND NOT nobodys AND ${reorderable} AS had_it,
        truncated.sql AS truncated, ${excused} AS excused
      FROM ${kept} AS d LEFT JOIN operations USING (key) LEFT JOIN records USING (key) LEFT JOIN versions USING (key)
      LEFT JOIN unreported USING (key) LEFT JOIN altered_here AS altered ON altered.key = d.key AND altered."offset" = d."offset"
        AND altered."partition" = d."partition"
      LEFT JOIN table_state AS state ON state."table" = ${text(comparison.table.name)} LEFT JOIN truncated ON true
    ),
    classified AS (
      SELECT *,
        CASE
          WHEN excused THEN NULL
          WHEN never_there THEN 'phantom'
          WHEN side = 'lake' THEN 'resurrected'
          WHEN side = 'mysql' AND kind IS NULL THEN 'lost'
          WHEN side = 'both' AND not_the_sinks THEN 'value-changed'
          WHEN side = 'both' AND (behind_topic OR lost_at IS NOT NULL) THEN 'stale'
          WHEN had_it AND NOT behind_topic AND lost_at IS NULL THEN 'reordered'
          WHEN side = 'mysql' THEN 'lost'
          ELSE 'value-changed'
        END AS class,
        CASE
          WHEN not_the_sinks OR (side = 'lake' AND records IS NULL AND "offset" IS NULL) THEN 'object-store->catalog'
          WHEN never_there AND records IS NULL THEN 'kafka->sink'
          WHEN behind_topic OR (kind IS NULL AND records IS NOT NULL) THEN lake_hop
          WHEN lost_at IS NOT NULL THEN lost_at
          WHEN altered IS NOT NULL THEN altered_hop
          WHEN topic_out_of_order OR nobodys THEN 'debezium->kafka'
          WHEN had_it THEN 'kafka->sink'
          WHEN side = 'lake' AND truncated IS NOT NULL THEN 'debezium->kafka'
          WHEN side = 'lake' AND last_kind = 'delete' THEN 'kafka->sink'
          ELSE 'mysql->debezium'
        END AS hop
      FROM known
    ),
    numbered AS (
      SELECT *, count(*) OVER (PARTITION BY class, hop) AS n, row_number() OVER (PARTITION BY class, hop ORDER BY key) AS example
      FROM classified WHERE class IS NOT NULL
    )
    SELECT class, hop, ${text(comparison.table.name)} AS "table", key, n, ${evidence} AS evidence
    FROM numbered WHERE example <= 5 ORDER BY class, hop, example`;
}

/** By the key's last offset; where the lake has none, by the number of its records. */
function lakeIsBehindTopic({ events }: Comparison): string {
  if (events.identity === undefined) return "coalesce(versions.n < records.n, false)";
  return `coalesce(records."offset" > d."offset", false)`;
}

/** What each stage knows of the differing keys. */
function stages(comparison: Comparison): string {
  const { table, changes } = comparison;
  const ofTable = `"table" = ${text(table.name)} AND key IN (SELECT key FROM ${kept})`;
  const keyOfChange = rowText(table.primaryKey, "changes");
  const wholeRow = rowText(valueColumns(comparison), "changes");
  return `changes AS (${changes}),
    records AS (
      SELECT key, count(*) AS n, max("offset") AS "offset", max_by(coalesce(place, ''), "offset") AS gtid, max_by(kind, "offset") AS kind,
        max_by(nth, "offset") AS nth, bool_or(kind = 'snapshot') AS in_snapshot, max_by(unread, "offset") AS unread, max_by(nobodys, "offset") AS nobodys
      FROM (
        SELECT r.*, row_number() OVER (PARTITION BY key, place, kind ORDER BY "offset") AS nth, ${isUnread("r")} AS unread,
          kind <> 'snapshot' AND NOT EXISTS (SELECT 1 FROM ledger AS o WHERE o."table" = r."table" AND o.key = r.key AND o.kind = r.kind
            AND o.status <> 'fail' AND (o.place IS NULL OR o.place = r.place)) AS nobodys
        FROM main.records AS r WHERE ${ofTable}
      ) GROUP BY key
    ),
    operations AS (
      SELECT key, count(*) AS n, max_by(kind, seq) AS kind, max_by(coalesce(place, ''), seq) AS gtid, arg_max_null(after, seq) AS after,
        max_by(nth, seq) AS nth, max(seq) AS seq
      FROM (
        SELECT *, row_number() OVER (PARTITION BY key, place, kind ORDER BY seq) AS nth FROM ledger WHERE ${ofTable} AND status = 'ok'
      ) GROUP BY key
    ),
    unreported AS (
      SELECT key, max_by(m.hop, m.seq) AS hop FROM missing_operations AS m JOIN operations AS o USING (key, seq) WHERE ${ofTable} GROUP BY key
    ),
    altered_here AS (
      SELECT key, "partition", "offset", any_value(hop) AS hop, any_value(columns) AS columns FROM altered WHERE ${ofTable} GROUP BY ALL
    ),
    truncated AS (
      SELECT max(sql) AS sql FROM binlog WHERE kind = 'statement' AND regexp_matches(sql, '(?i)^ *truncate ') AND contains(sql, ${text(table.name)})
    ),
    versions AS (
      SELECT d.key, count(*) AS n, bool_or(${wholeRow} = d.whole) AS agreed
      FROM changes JOIN ${kept} AS d ON ${keyOfChange} = d.key GROUP BY d.key
    )`;
}

const evidence = `concat_ws(chr(10),
      key,
      '  mysql  ' || coalesce(nullif(mysql, ''), CASE WHEN side = 'lake' THEN 'no such row' ELSE 'the row' END),
      CASE WHEN last_after IS NOT NULL AND hop = 'mysql->debezium' THEN '  binlog ' || last_after::VARCHAR END,
      '  lake   ' || coalesce(nullif(lake, ''), CASE WHEN kind = 'delete' THEN 'deleted' WHEN side = 'mysql' THEN 'no such row' ELSE 'the row' END)
        || coalesce(' (partition ' || "partition" || ', offset ' || "offset" || ')', ''),
      '  stages ' || concat_ws('; ',
        'ledger: ' || coalesce(operations || ' operations, the last ' || last_kind
          || CASE WHEN last_gtid = '' THEN '' ELSE ' ' || last_gtid END, 'nothing'),
        'topic: ' || coalesce(records || ' records, the last at offset ' || last_offset, 'nothing'),
        'lake: ' || coalesce(versions || ' records', 'nothing')),
      '  ' || altered, '  ' || truncated, CASE WHEN hop = lake_hop THEN '  ' || nullif(why, '') END)`;
