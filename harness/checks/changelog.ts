import type { TableSpec } from "#core/source.ts";
import { markAltered } from "./altered.ts";
import { foldAnomalies } from "./anomaly-rows.ts";
import type { Check, Step } from "./check.ts";
import { type CheckInputs, type GivenInputs, topicIsComplete } from "./inputs.ts";
import { isForeign, isUnread } from "./localize.ts";
import { payloadText } from "./payload.ts";
import { projectedTables } from "./projection.ts";
import { name, text } from "./sql.ts";

/**
 * The changelog: each operation of the ledger is in its topic, as often as it happened, and each record of the topics is in
 * the lake exactly once, with the same values. Counts of rows prove nothing; here each one is looked for by name.
 */
export function* changelog(inputs: CheckInputs): Check {
  const tables = projectedTables(inputs.tables, inputs.pipeline.projection);
  const anomalies = [...foldAnomalies(yield ledgerAgainstTopic(inputs, tables))];
  const unplaced = yield* tablesWithoutPlaces();
  const placed = tables.filter((table) => !unplaced.has(table.name));
  const byKey = tables.filter((table) => unplaced.has(table.name));
  for (const table of placed) yield* markAltered(inputs, table);
  if (placed.length > 0) anomalies.push(...foldAnomalies(yield byPlace(inputs, placed)));
  for (const table of byKey) anomalies.push(...foldAnomalies(yield byContent(inputs, table)));
  const [counts] =
    yield `SELECT (SELECT count(*) FROM ledger) AS operations, (SELECT count(*) FROM records) AS records`;
  const notes = [
    `${counts?.["operations"]} operations, ${counts?.["records"]} records`,
    ...(byKey.length === 0
      ? []
      : [`compared by key and values, as the lake has no Kafka metadata: ${byKey.map(({ name }) => name).join(", ")}`]),
  ];
  return {
    name: "changelog",
    verdict: anomalies.length === 0 ? "valid" : "invalid",
    anomalies,
    note: notes.join("; "),
  };
}

/**
 * By transaction (without GTIDs: by the event in the binlog), table, key and kind. Operations that may have happened allow one
 * record and demand none. A table with a filter is left out: the ledger does not say which of its rows passed.
 */
export function ledgerAgainstTopic({ pipeline }: GivenInputs, tables: readonly TableSpec[]): string {
  const filtered = new Set(Object.keys(pipeline.projection.filters));
  const ofTables = among(tables.filter((table) => !filtered.has(table.name)));
  return `WITH possible AS (
      SELECT coalesce(place, '') AS place, "table", key, kind, count(*) AS possible
      FROM ledger WHERE status IN ('ok', 'info') AND ${ofTables} GROUP BY ALL
    ),
    topic AS (
      SELECT coalesce(known.place, '') AS place, "table", key, kind, count(*) AS n, any_value(t.place) AS own_place, ${places}
      FROM records AS t LEFT JOIN (SELECT DISTINCT place FROM ledger WHERE place IS NOT NULL) AS known USING (place)
      WHERE kind IN ('insert', 'update', 'delete') AND ${ofTables} GROUP BY ALL
    ),
    snapshot_copies AS (
      SELECT "table", key, count(*) AS n, ${places}
      FROM records WHERE kind = 'snapshot' AND key IS NOT NULL AND key <> '' AND ${ofTables}
      GROUP BY ALL HAVING count(*) > 1
    ),
    rewound AS (SELECT bool_or(back) AS back FROM source_moves),
    differing AS (
      SELECT "table", key, 'lost' AS class, hop, 1 AS surplus,
        '  ' || kind || ' ' || coalesce(place, 'no place in the binlog') || chr(10) || '  mysql  ' || coalesce(after::VARCHAR, before::VARCHAR, 'the row')
          || chr(10) || '  topic  no record' || coalesce(chr(10) || '  the source''s offset was moved by hand from ' || jumped_from || ' to ' || jumped_to, '') AS told
      FROM missing_operations WHERE ${ofTables}
      UNION ALL
      SELECT "table", key, CASE WHEN possible IS NULL THEN 'phantom' ELSE 'duplicate' END,
        CASE WHEN possible IS NOT NULL AND rewound.back THEN 'mysql->debezium' ELSE 'debezium->kafka' END, n - coalesce(possible, 0),
        '  ' || kind || ' ' || coalesce(nullif(place, ''), own_place, 'no place in the binlog') || chr(10) || '  ledger ' || coalesce(possible, 0) || ' times; topic ' || n || ' times ' || ${placeText}
      FROM topic LEFT JOIN possible USING (place, "table", key, kind), rewound WHERE n > coalesce(possible, 0)
      UNION ALL
      SELECT "table", key, 'duplicate', 'mysql->debezium', n - 1, '  snapshot row ' || n || ' times in the topic ' || ${placeText} FROM snapshot_copies
    )
    ${numberedExamples("differing")}`;
}

const places = `any_value("partition") AS in_partition, min("offset") AS first, max("offset") AS last`;
const placeText = `'(partition ' || in_partition || ', offset ' || first || CASE WHEN first = last THEN '' ELSE ' to ' || last END || ')'`;

function among(tables: readonly TableSpec[]): string {
  return `"table" IN (${tables.map((table) => text(table.name)).join(", ") || "NULL"})`;
}

/** Tables whose rows do not say which record they came from. */
function* tablesWithoutPlaces(): Step<ReadonlySet<string>> {
  const found = yield `SELECT "table" FROM lake GROUP BY "table" HAVING count("offset") = 0`;
  return new Set(found.map(({ table }) => table ?? ""));
}

/** By topic, partition and offset. */
function byPlace(inputs: CheckInputs, tables: readonly TableSpec[]): string {
  const phantoms = topicIsComplete(inputs) ? "true" : `lake."offset" IS NULL`;
  return `WITH ${sides(inputs, tables)},
    lake AS (
      SELECT "table", topic, "partition", "offset", any_value(key) AS key, count(*) AS n, count(DISTINCT "file") AS files, min("file") AS "file"
      FROM there GROUP BY "table", topic, "partition", "offset", CASE WHEN "offset" IS NULL THEN there.key END
    ),
    differing AS (
      SELECT coalesce(lake."table", wanted."table") AS "table", coalesce(lake.key, wanted.key) AS key, wanted.topic IS NOT NULL AS in_topic, coalesce(lake.n, 0) AS in_lake,
        CASE WHEN lake.n IS NULL THEN 'lost' WHEN wanted.topic IS NULL AND ${phantoms} THEN 'phantom'
          WHEN ${isNamedTwice} THEN 'double-registered-file'
          ELSE 'duplicate' END AS class,
        CASE WHEN lake.n IS NULL THEN 1 WHEN wanted.topic IS NULL AND ${phantoms} THEN lake.n ELSE lake.n - 1 END AS surplus,
        CASE WHEN lake.n IS NOT NULL AND lake."offset" IS NULL THEN 'object-store->catalog'
          WHEN lake.n IS NULL AND wanted.unread THEN 'kafka->sink'
          WHEN lake.n IS NULL THEN state.hop
          WHEN ${isNamedTwice} OR ${isForeign('lake."file"')} THEN 'object-store->catalog' ELSE 'kafka->sink' END AS hop,
        coalesce(wanted.topic, lake.topic, 'no topic') AS topic, coalesce(wanted."partition", lake."partition") AS "partition",
        coalesce(wanted."offset", lake."offset") AS "offset", wanted.unread, state.why, lake."file"
      FROM wanted FULL JOIN lake
        ON wanted."table" = lake."table" AND wanted.topic = lake.topic AND wanted."partition" = lake."partition" AND wanted."offset" = lake."offset"
      LEFT JOIN table_state AS state ON state."table" = coalesce(lake."table", wanted."table")
      WHERE lake.n IS NULL OR lake.n > 1 OR (wanted.topic IS NULL AND ${phantoms})
    ),
    told AS (
      SELECT "table", key, class, coalesce(hop, 'kafka->sink') AS hop, surplus,
        concat_ws(chr(10), '  ' || topic || coalesce(' partition ' || "partition" || ' offset ' || "offset", ''),
          '  topic  ' || CASE WHEN in_topic THEN 'once' ELSE 'not seen' END || '; lake ' || in_lake || ' times' || coalesce(' in ' || "file", ''),
          CASE WHEN unread THEN '  the sink''s group was moved past it by hand' END, '  ' || nullif(why, '')) AS told
      FROM differing
      UNION ALL
      SELECT a."table", a.key, 'value-changed', a.hop, 1,
        '  partition ' || a."partition" || ' offset ' || a."offset" || chr(10) || '  ' || columns || coalesce(chr(10) || '  ' || nullif(why, ''), '')
      FROM altered AS a LEFT JOIN table_state AS state ON state."table" = a."table"
    )
    ${numberedExamples("told")}`;
}

/** Whether all copies of a row come from one file, which the table names more than once. */
const isNamedTwice = `(lake.files = 1 AND lake."file" IN (SELECT path FROM files WHERE live GROUP BY path HAVING count(*) > 1))`;

/** The records that the lake should have, and its rows. */
function sides({ pipeline }: CheckInputs, tables: readonly TableSpec[]): string {
  const ofTables = among(tables);
  // Without rewrite, a delete becomes a tombstone, which no sink stores.
  const stored = pipeline.shape === "unwrapped" ? "kind <> 'delete'" : "true";
  return `wanted AS (
      SELECT r."table", r.topic, r."partition", r."offset", r.key, r.kind, r.payload,
        ${isUnread("r")} AS unread
      FROM records AS r WHERE ${ofTables} AND ${stored}
    ),
    there AS (SELECT * FROM lake WHERE ${ofTables})`;
}

/** By key and the values that both sides spell alike, each as often. */
function byContent(inputs: CheckInputs, table: TableSpec): string {
  const plain = table.columns.flatMap((column) => {
    const inTopic = payloadText(column, "w");
    return inTopic === undefined ? [] : [{ inTopic, inLake: `(l."row"->>${text(`$.${name(column.name)}`)})` }];
  });
  const content = (texts: readonly string[]) => `hash(${["''", ...texts].join(", ")})`;
  // A delete's own row is not the same in every shape: its key is what it says.
  const ofDelete = (kind: string, texts: readonly string[]) =>
    `CASE WHEN ${kind} = 'delete' THEN hash('delete') ELSE ${content(texts)} END`;
  return `WITH ${sides(inputs, [table])},
    counted AS (
      SELECT key, content, sum(in_topic)::BIGINT AS in_topic, sum(in_lake)::BIGINT AS in_lake FROM (
        SELECT w.key, ${ofDelete(
          "w.kind",
          plain.map(({ inTopic }) => inTopic),
        )} AS content, 1 AS in_topic, 0 AS in_lake FROM wanted AS w
        UNION ALL SELECT l.key, ${ofDelete(
          "l.kind",
          plain.map(({ inLake }) => inLake),
        )}, 0, 1 FROM there AS l
      ) GROUP BY ALL HAVING sum(in_topic) <> sum(in_lake)
    ),
    told AS (
      SELECT ${text(table.name)} AS "table", key, abs(in_lake - in_topic) AS surplus, coalesce(state.hop, 'kafka->sink') AS hop,
        CASE WHEN in_lake < in_topic THEN 'lost' WHEN in_topic = 0 THEN 'phantom' ELSE 'duplicate' END AS class,
        concat_ws(chr(10), '  topic  ' || in_topic || ' records of this content; lake ' || in_lake, '  ' || nullif(why, '')) AS told
      FROM counted LEFT JOIN table_state AS state ON state."table" = ${text(table.name)}
      WHERE ${topicIsComplete(inputs) ? "true" : "in_lake < in_topic"}
    )
    ${numberedExamples("told")}`;
}

/** The rows that `foldAnomalies` takes: five examples of each class and hop with the number of all. */
function numberedExamples(from: string): string {
  return `, numbered AS (
      SELECT *, sum(surplus) OVER (PARTITION BY class, hop, "table") AS n,
        row_number() OVER (PARTITION BY class, hop, "table" ORDER BY key) AS example
      FROM ${from}
    )
    SELECT class, hop, "table", coalesce(key, '') AS key, n, coalesce(key, '') || chr(10) || told AS evidence
    FROM numbered WHERE example <= 5 ORDER BY "table", class, hop, example`;
}
