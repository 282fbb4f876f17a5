import type { Anomaly } from "#core/verdict.ts";
import { foldAnomalies } from "./anomaly-rows.ts";
import type { Step } from "./check.ts";
import { type Comparison, eventColumns, rowText, sameColumn, valueColumns } from "./comparison.ts";
import { type CheckInputs, ledgerTable, topicTable } from "./inputs.ts";
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
 * - lost: MySQL has the row, the lake never had its key;
 * - stale: the lake lacks a later change of the key, which the topic has, or which the topic lacks, too;
 * - resurrected: the row was deleted, and an event after the deletion brought it back;
 * - phantom: only the lake has the row, and nothing says that MySQL ever deleted it;
 * - reordered: the lake has MySQL's row, and an older one after it;
 * - value-changed: none of these; the change arrived, with another value.
 */
function classify({ inputs, comparison }: Differences): string {
  const behindTopic = lakeIsBehindTopic(comparison);
  const behindLedger = "operations.reported = false";
  const excused = inputs.pipeline.shape === "unwrapped" ? "d.side = 'lake' AND operations.kind = 'delete'" : "false";
  // Not by the sink, whose records all have a place in Kafka.
  const foreign = comparison.events.identity === undefined ? "false" : `d.kind IS NOT NULL AND d."offset" IS NULL`;
  return `WITH ${stages(comparison)},
    classified AS (
      SELECT d.*, operations.n AS operations, operations.kind AS last_kind, operations.gtid AS last_gtid,
        records.n AS records, records."offset" AS last_offset, versions.n AS versions,
        CASE
          WHEN ${excused} THEN NULL
          WHEN d.side = 'mysql' AND d.kind IS NULL THEN 'lost'
          WHEN ${behindTopic} OR ${behindLedger} THEN 'stale'
          WHEN d.side = 'lake' AND (versions.deleted OR operations.kind = 'delete') THEN 'resurrected'
          WHEN d.side = 'lake' THEN 'phantom'
          WHEN versions.agreed AND NOT (${foreign}) THEN 'reordered'
          WHEN d.side = 'mysql' THEN 'lost'
          ELSE 'value-changed'
        END AS class,
        CASE
          WHEN ${behindTopic} OR (d.kind IS NULL AND records.n IS NOT NULL) THEN 'kafka->sink'
          WHEN (${foreign}) OR (d.side = 'lake' AND records.n IS NULL) THEN 'kafka->sink'
          ELSE 'mysql->kafka'
        END AS hop
      FROM ${kept} AS d LEFT JOIN operations USING (key) LEFT JOIN records USING (key) LEFT JOIN versions USING (key)
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
  const { kind } = eventColumns;
  const keyOfChange = rowText(table.primaryKey, "changes");
  const wholeRow = rowText(valueColumns(comparison), "changes");
  // Without GTIDs, a change is missing when the topic has fewer of the key than the ledger.
  return `changes AS (${changes}),
    records AS (
      SELECT key, count(*) AS n, max("offset") AS "offset", count(*) FILTER (kind <> 'snapshot') AS streamed
      FROM ${topicTable} WHERE ${ofTable} GROUP BY key
    ),
    last_operations AS (
      SELECT key, count(*) AS n, arg_max(kind, seq) AS kind, max_by(coalesce(gtid, ''), seq) AS gtid
      FROM ${ledgerTable} WHERE ${ofTable} AND status = 'ok' GROUP BY key
    ),
    operations AS (
      SELECT o.*, CASE WHEN o.gtid = '' THEN coalesce(records.streamed, 0) >= o.n
        ELSE EXISTS (SELECT 1 FROM ${topicTable} AS t WHERE t.key = o.key AND t.gtid = o.gtid AND t.kind = o.kind
          AND t."table" = ${text(table.name)}) END AS reported
      FROM last_operations AS o LEFT JOIN records USING (key)
    ),
    versions AS (
      SELECT d.key, count(*) AS n, bool_or(changes.${kind} = 'delete') AS deleted, bool_or(${wholeRow} = d.whole) AS agreed
      FROM changes JOIN ${kept} AS d ON ${keyOfChange} = d.key GROUP BY d.key
    )`;
}

const evidence = `concat_ws(chr(10),
      key,
      '  mysql  ' || coalesce(nullif(mysql, ''), CASE WHEN side = 'lake' THEN 'no such row' ELSE 'the row' END),
      '  lake   ' || coalesce(nullif(lake, ''), CASE WHEN kind = 'delete' THEN 'deleted' WHEN side = 'mysql' THEN 'no such row' ELSE 'the row' END)
        || coalesce(' (partition ' || "partition" || ', offset ' || "offset" || ')', ''),
      '  stages ' || concat_ws('; ',
        'ledger: ' || coalesce(operations || ' operations, the last ' || last_kind
          || CASE WHEN last_gtid = '' THEN '' ELSE ' ' || last_gtid END, 'nothing'),
        'topic: ' || coalesce(records || ' records, the last at offset ' || last_offset, 'nothing'),
        'lake: ' || coalesce(versions || ' records', 'nothing')))`;
