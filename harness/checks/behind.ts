import type { Step } from "./check.ts";
import type { GivenInputs } from "./inputs.ts";
import { projectedTables } from "./projection.ts";
import { text } from "./sql.ts";

/**
 * What a connector that failed had not passed. The source: operations after the last one that has a record, in the
 * binlog's order. The sink: records from its group's offsets on, and those in files that it announced and that no snapshot
 * has, as its coordinator ended with it. Nothing in between is among them: a gap is no delay.
 */
export function* behind(inputs: GivenInputs, failed: "source" | "sink"): Step<number> {
  const tables = projectedTables(inputs.tables, inputs.pipeline.projection).map(({ name }) => text(name));
  const [counted] = yield failed === "source" ? unread(tables) : untaken;
  return Number(counted?.["n"] ?? "0");
}

function unread(tables: readonly string[]): string {
  // The ledger ends with what is not in the binlog, as it died with another server: that may have its records, too.
  return `WITH operations AS (SELECT * FROM ledger WHERE status = 'ok' AND "table" IN (${tables.join(", ") || "NULL"})),
    told AS (
      SELECT o.seq, o."file" FROM operations AS o JOIN records AS r
        ON r.place = o.place AND r."table" = o."table" AND r.key = o.key AND r.kind = o.kind
    )
    SELECT count(*) AS n FROM operations WHERE seq NOT IN (SELECT seq FROM told)
      AND seq > (SELECT coalesce(max(seq) FILTER ("file" IS NOT NULL), max(seq), -1) FROM told)`;
}

const untaken = `WITH taken AS (SELECT topic, "partition", max_by(now, turn) AS "offset" FROM group_moves GROUP BY ALL),
  announced AS (
    SELECT unnest(from_json(files, '[{"path":"VARCHAR","records":"BIGINT"}]')) AS f FROM control WHERE type = 'DATA_WRITTEN'
  )
  SELECT count(*) + (SELECT coalesce(sum(f.records), 0) FROM announced WHERE f.path NOT IN (SELECT path FROM files)) AS n
  FROM records AS r LEFT JOIN taken USING (topic, "partition") WHERE r."offset" >= coalesce(taken."offset", 0)`;
