import type { Step } from "#checks/check.ts";

/** What a row of the lake tells: a row of the snapshot, or an operation of the workload by its number. */
export type Place = { readonly snapshot: string } | { readonly operation: number };

/** A record's place in Kafka as text, in DuckDB's SQL. */
export function placeText({ topic, partition, offset }: { topic: string; partition: string; offset: string }): string {
  return `${topic} || '/' || ${partition} || '/' || ${offset}`;
}

/**
 * The operation of each record of the topics, by its place: the n-th change of a kind to a key in a transaction is the same
 * in the ledger and in the topic. Numbers are the same in two runs of a seed; GTIDs and offsets are not.
 */
export function* placesOf(): Step<ReadonlyMap<string, Place>> {
  const rows = yield `WITH done AS (
      SELECT seq, place, "table", key, kind, row_number() OVER (PARTITION BY place, "table", key, kind ORDER BY seq) AS nth
      FROM ledger WHERE status = 'ok'
    ),
    told AS (
      SELECT *, row_number() OVER (PARTITION BY place, "table", key, kind ORDER BY "partition", "offset") AS nth FROM records
    )
    SELECT ${placeText({ topic: "t.topic", partition: 't."partition"', offset: 't."offset"' })} AS place, t.kind, t.key, d.seq
    FROM told AS t LEFT JOIN done AS d ON d.place = t.place AND d."table" = t."table" AND d.key = t.key AND d.kind = t.kind AND d.nth = t.nth`;
  return new Map(rows.flatMap((row) => known(row)));
}

function known(row: Readonly<Record<string, string | null>>): [string, Place][] {
  const { place, kind, key, seq } = row;
  if (place == null) return [];
  if (kind === "snapshot") return [[place, { snapshot: key ?? "" }]];
  return seq == null ? [] : [[place, { operation: Number(seq) }]];
}
