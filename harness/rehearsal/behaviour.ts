import { z } from "zod";
import type { Check, Step } from "#checks/check.ts";
import type { CheckInputs } from "#checks/inputs.ts";
import type { LakeEvents } from "#checks/lake-view.ts";
import { projectedTables } from "#checks/projection.ts";
import { name, text } from "#checks/sql.ts";
import { type Place, placesOf, placeText } from "./places.ts";

/** What a pipeline did with a workload: what two runs of it are compared by. */
export interface Behaviour {
  readonly tables: Readonly<Record<string, SeenTable>>;
  /** Records in each table's topic, by kind: `insert`, `update`, `delete`, `snapshot`, `tombstone`. */
  readonly records: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly figures: Figures;
}

/** A table of the lake as it stands in the end. */
export interface SeenTable {
  /** Types by column; fields of what a transform adds as `_cdc.op`. */
  readonly columns: Readonly<Record<string, string>>;
  readonly rows: readonly SeenRow[];
}

export interface SeenRow {
  /** `key=value, …` */
  readonly key: string;
  readonly kind: string;
  /** The workload's operation that it tells; undefined where the lake does not say which record it was. */
  readonly of: Place | undefined;
  /** By column, as DuckDB spells them. */
  readonly values: Readonly<Record<string, string | null>>;
}

/** What differs from run to run by itself. */
export interface Figures {
  readonly snapshots: number;
  readonly files: number;
  /** From a commit in MySQL to the snapshot that shows it; median. */
  readonly visibleMs: number | undefined;
  readonly operationsPerSecond: number | undefined;
}

/** A check that proves nothing and writes down what is there: it comes last, and hands over what it saw. */
export function behaviourCheck(onSeen: (behaviour: Behaviour) => void): (inputs: CheckInputs) => Check {
  return function* look(inputs) {
    const tables: Record<string, SeenTable> = {};
    const places = yield* placesOf();
    for (const table of projectedTables(inputs.tables, inputs.pipeline.projection)) {
      const events = inputs.events(table.name);
      if (events === undefined) continue;
      tables[table.name] = yield* seenTable(inputs, { table: table.name, key: table.primaryKey, events, places });
    }
    onSeen({ tables, records: yield* recordsSeen(), figures: yield* figures() });
    const rows = Object.values(tables).reduce((sum, each) => sum + each.rows.length, 0);
    return {
      name: "behaviour",
      verdict: "valid",
      anomalies: [],
      note: `${rows} rows of ${Object.keys(tables).length} tables noted`,
    };
  };
}

const rowValues = z.record(z.string(), z.string().nullable());

interface Looking {
  readonly table: string;
  readonly key: readonly string[];
  readonly events: LakeEvents;
  readonly places: ReadonlyMap<string, Place>;
}

function* seenTable({ pipeline }: CheckInputs, { table, key, events, places }: Looking): Step<SeenTable> {
  const { relation } = events;
  const row = pipeline.shape === "envelope" ? events.columns : yield* typesOf(relation);
  const expressions = new Map<string, { readonly type: string; readonly sql: string }>();
  for (const [column, type] of row) {
    const isAdded = column.startsWith("_") && type.startsWith("STRUCT");
    if (!isAdded)
      expressions.set(column, { type, sql: pipeline.shape === "envelope" ? events.column(column) : name(column) });
    else
      for (const [field, inner] of yield* typesOf(relation, column))
        expressions.set(`${column}.${field}`, { type: inner, sql: `${name(column)}.${name(field)}` });
  }
  const identity = events.identity ?? cdcIdentity(table, expressions);
  const packed = [...expressions].map(([column, { sql }]) => `${name(column)} := (${sql})::VARCHAR`);
  const read = yield `SELECT ${events.kind} AS kind, ${identity === undefined ? "NULL" : placeText(identity)} AS place,
    to_json(struct_pack(${packed.join(", ")})) AS "row" FROM ${relation}`;
  const rows = read.map((each): SeenRow => {
    const values = rowValues.parse(JSON.parse(each["row"] ?? "{}"));
    const place = each["place"] ?? undefined;
    return {
      key: key.map((column) => `${column}=${values[column] ?? "NULL"}`).join(", "),
      kind: each["kind"] ?? "",
      of: place === undefined ? undefined : places.get(place),
      values,
    };
  });
  return { columns: Object.fromEntries([...expressions].map(([column, { type }]) => [column, type])), rows };
}

/** DebeziumTransform notes the record's offset, and a topic of one partition needs no more. */
function cdcIdentity(table: string, columns: ReadonlyMap<string, unknown>) {
  if (!columns.has("_cdc.offset")) return undefined;
  const topic = `(SELECT any_value(topic) FROM topics WHERE "table" = ${text(table)} HAVING max("partition") = 0)`;
  return { topic, partition: "0", offset: '"_cdc"."offset"' };
}

function* typesOf(relation: string, struct?: string): Step<ReadonlyMap<string, string>> {
  const what = struct === undefined ? "*" : `unnest(${name(struct)})`;
  const described = yield `DESCRIBE SELECT ${what} FROM ${relation}`;
  return new Map(described.map((row) => [row["column_name"] ?? "", row["column_type"] ?? ""]));
}

function* recordsSeen(): Step<Behaviour["records"]> {
  const counted = yield `SELECT "table", kind, count(*) AS n FROM topics GROUP BY ALL ORDER BY ALL`;
  const seen: Record<string, Record<string, number>> = {};
  for (const row of counted) (seen[row["table"] ?? ""] ??= {})[row["kind"] ?? "other"] = Number(row["n"]);
  return seen;
}

/** Time to visible needs a row's place in Kafka in the lake; throughput is that of the whole workload, to its last snapshot. */
function* figures(): Step<Figures> {
  const [told] = yield `WITH shown AS (
      SELECT lake.topic, lake."partition", lake."offset", min(s."timestampMs") AS visible
      FROM lake JOIN files AS f ON f."table" = lake."table" AND f.path = lake.file
        JOIN snapshots AS s ON s."table" = f."table" AND s."snapshotId" = f."addedSnapshotId"
      WHERE lake."offset" IS NOT NULL GROUP BY ALL
    ),
    waits AS (
      SELECT greatest(0, visible - l."ackedAtMs") AS ms FROM shown JOIN records AS r USING (topic, "partition", "offset")
        JOIN ledger AS l ON l.place = r.place AND l."table" = r."table" AND l.key = r.key AND l.kind = r.kind
    )
    SELECT (SELECT count(*) FROM snapshots) AS snapshots, (SELECT count(*) FROM files WHERE live) AS files,
      (SELECT quantile_disc(ms, 0.5) FROM waits) AS visible,
      (SELECT count(*) FROM ledger WHERE status = 'ok') * 1000
        / nullif((SELECT max("timestampMs") FROM snapshots) - (SELECT min("ackedAtMs") FROM ledger), 0) AS per_second`;
  const figure = (column: string) => (told?.[column] == null ? undefined : Number(told[column]));
  return {
    snapshots: figure("snapshots") ?? 0,
    files: figure("files") ?? 0,
    visibleMs: figure("visible"),
    operationsPerSecond: figure("per_second"),
  };
}
