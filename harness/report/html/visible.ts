import type { SqlRow } from "#core/ports.ts";
import type { Spread, Visible } from "./data.ts";
import { type Evidence, number, ourTables } from "./evidence.ts";
import { niceStep } from "./format.ts";

const wantedBins = 48;

/** One row for each operation that can be seen in the lake: how long that took. */
const waits = `${ourTables}waits`;

/** The time from commit to visible of every operation, as a distribution. Undefined where no operation was seen. */
export async function visibleOf(evidence: Evidence): Promise<Visible | undefined> {
  await evidence.ask("time from commit to visible", waitsStatement);
  const spreads = await evidence.ask("time from commit to visible", spreadStatement);
  const all = spreads.find((row) => row["table"] === null);
  if (all === undefined || number(all, "n") === 0) return undefined;
  const { p99Ms, maxMs } = spreadOf(all);
  const binMs = niceStep(Math.max(1, Math.min(maxMs, p99Ms * 1.25)) / wantedBins);
  const last = Math.floor(Math.min(maxMs, p99Ms * 1.25) / binMs);
  const counted = await evidence.ask(
    "histogram",
    `SELECT least(${last}, floor(ms / ${binMs}))::INTEGER AS bin, count(*) AS n FROM ${waits} GROUP BY 1`,
  );
  const bins = Array.from({ length: last + 1 }, () => 0);
  for (const row of counted) bins[number(row, "bin")] = number(row, "n");
  const [ledger] = await evidence.ask("operations", "SELECT count(*) AS n FROM ledger WHERE status = 'ok'");
  const tables = spreads
    .filter((row) => row["table"] !== null)
    .map((row) => ({ table: row["table"] ?? "", ...spreadOf(row) }));
  return { all: spreadOf(all), tables, binMs, bins, operations: number(ledger, "n") };
}

function spreadOf(row: SqlRow): Spread {
  return {
    count: number(row, "n"),
    p50Ms: number(row, "p50"),
    p95Ms: number(row, "p95"),
    p99Ms: number(row, "p99"),
    maxMs: number(row, "max"),
    topicP50Ms: number(row, "topic_p50"),
  };
}

/** A change and its record have the same GTID, table, key and kind; where that is not one, they pair up in order. */
const waitsStatement = `CREATE OR REPLACE TEMP TABLE ${waits} AS
  WITH operations AS (
    SELECT seq, coalesce(gtid, '') AS gtid, "table", key, kind, "ackedAtMs",
      row_number() OVER (PARTITION BY gtid, "table", key, kind ORDER BY seq) AS nth
    FROM ledger WHERE status = 'ok' AND "ackedAtMs" IS NOT NULL
  ),
  records AS (
    SELECT topic, "partition", "offset", "timestampMs", coalesce(gtid, '') AS gtid, "table", key, kind,
      row_number() OVER (PARTITION BY gtid, "table", key, kind ORDER BY "partition", "offset") AS nth
    FROM topics WHERE kind IN ('insert', 'update', 'delete')
  ),
  places AS (
    SELECT lake.topic, lake."partition", lake."offset", min(snapshots."timestampMs") AS visible
    FROM lake JOIN files ON files."table" = lake."table" AND files.path = lake.file
      JOIN snapshots ON snapshots."table" = files."table" AND snapshots."snapshotId" = files."addedSnapshotId"
    WHERE lake."offset" IS NOT NULL GROUP BY ALL
  )
  SELECT o."table", o.key, o.seq, greatest(0, visible - o."ackedAtMs") AS ms,
    greatest(0, r."timestampMs" - o."ackedAtMs") AS topic_ms
  FROM operations AS o
    JOIN records AS r ON o.gtid = r.gtid AND o."table" = r."table" AND o.key = r.key AND o.kind = r.kind AND o.nth = r.nth
    JOIN places AS p ON p.topic = r.topic AND p."partition" = r."partition" AND p."offset" = r."offset"`;

const spreadStatement = `SELECT "table", count(*) AS n, quantile_disc(ms, 0.5) AS p50, quantile_disc(ms, 0.95) AS p95,
    quantile_disc(ms, 0.99) AS p99, max(ms) AS max, quantile_disc(topic_ms, 0.5) AS topic_p50
  FROM ${waits} GROUP BY GROUPING SETS ((), ("table")) ORDER BY "table"`;
