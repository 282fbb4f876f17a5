import { unreachable } from "#core/errors.ts";
import type { RecordShape } from "#core/pipeline-spec.ts";
import type { SqlRow } from "#core/ports.ts";
import type { Step } from "./check.ts";
import { name } from "./sql.ts";

/** A table of the lake as a changelog: how to say each part of an event in SQL over `relation`. */
export interface LakeEvents {
  readonly relation: string;
  /** The row's columns with DuckDB's names of their types; without what the shape adds. */
  readonly columns: ReadonlyMap<string, string>;
  /** A column of the row: after the change, or before it for a delete. */
  readonly column: (column: string) => string;
  /** The row before an update, where the shape has it. */
  readonly before?: (column: string) => string;
  /** `'insert'`, `'update'`, `'delete'`; `'upsert'` where the shape does not tell. */
  readonly kind: string;
  /** The record's place in Kafka, where KafkaMetadataTransform left it. */
  readonly identity?: { readonly topic: string; readonly partition: string; readonly offset: string };
  /** What grows with each event of a key. */
  readonly order?: string;
  /** The data file that holds the event, where the relation tells it. */
  readonly file?: string;
}

/** Reads the table's columns and makes sense of them. */
export function* describeLake(relation: string, shape: RecordShape): Step<LakeEvents> {
  const top = columnTypes(yield `DESCRIBE SELECT * FROM ${relation}`);
  const metadata = kafkaMetadata(top);
  switch (shape) {
    case "envelope": {
      const row = columnTypes(yield `DESCRIBE SELECT unnest("after") FROM ${relation}`);
      return envelope({ relation, top, row, metadata });
    }
    case "debezium-transform":
      return debeziumTransform({ relation, top, metadata });
    case "unwrapped":
    case "unwrapped-rewrite":
      return unwrapped({ relation, top, metadata });
    default:
      return unreachable(shape);
  }
}

type Columns = ReadonlyMap<string, string>;

function columnTypes(described: readonly SqlRow[]): Columns {
  return new Map(described.map((row) => [row["column_name"] ?? "", row["column_type"] ?? ""]));
}

type Metadata = Pick<LakeEvents, "identity" | "order">;

/** Nested, as our own configuration has it, or flat, as is the transform's default. */
function kafkaMetadata(columns: Columns): Metadata {
  const part = (field: string) => {
    if (columns.has("_kafka_metadata")) return `"_kafka_metadata"."${field}"`;
    return columns.has(`_kafka_metadata_${field}`) ? `"_kafka_metadata_${field}"` : undefined;
  };
  const [topic, partition, offset] = [part("topic"), part("partition"), part("offset")];
  if (topic === undefined || partition === undefined || offset === undefined) return {};
  return { identity: { topic, partition, offset }, order: lastIfNull(offset) };
}

/** A record that has no place in Kafka was written by somebody else, and is what a reader of the lake sees. */
function lastIfNull(order: string): string {
  return `coalesce(${order}, 9223372036854775807)`;
}

interface Described {
  readonly relation: string;
  readonly top: Columns;
  readonly metadata: Metadata;
}

function debeziumTransform({ relation, top, metadata }: Described): LakeEvents {
  return {
    relation,
    columns: rowColumns(top, ["_cdc"]),
    column: name,
    kind: `CASE "_cdc".op WHEN 'D' THEN 'delete' WHEN 'U' THEN 'update' ELSE 'insert' END`,
    order: lastIfNull(`"_cdc"."offset"`),
    ...metadata,
  };
}

function envelope({ relation, top, row, metadata }: Described & { readonly row: Columns }): LakeEvents {
  const source = top.get("source") ?? "";
  // Without an offset: the place in the binlog, whose file names grow longer before they sort wrongly.
  const place = source.includes("file VARCHAR")
    ? `struct_pack(w := length("source".file), f := "source".file, p := "source".pos, r := "source"."row")`
    : undefined;
  return {
    relation,
    columns: row,
    column: (column) => `CASE WHEN "op" = 'd' THEN "before".${name(column)} ELSE "after".${name(column)} END`,
    before: (column) => `"before".${name(column)}`,
    kind: `CASE "op" WHEN 'd' THEN 'delete' WHEN 'u' THEN 'update' ELSE 'insert' END`,
    ...(place === undefined ? {} : { order: place }),
    ...metadata,
  };
}

/** The row alone, and `__…` fields that the user may have had added. */
function unwrapped({ relation, top, metadata }: Described): LakeEvents {
  const deleted = [
    ...(top.has("__deleted") ? [`"__deleted"::VARCHAR = 'true'`] : []),
    ...(top.has("__op") ? [`"__op" = 'd'`] : []),
  ];
  const kind = deleted.length === 0 ? "'upsert'" : `CASE WHEN ${deleted.join(" OR ")} THEN 'delete' ELSE 'upsert' END`;
  const order = ["__source_ts_us", "__source_ts_ms", "__ts_us", "__ts_ms"].find((column) => top.has(column));
  return {
    relation,
    columns: rowColumns(top, ["__deleted", "__op", "__table", "__db", ...[...top.keys()].filter(isAddedField)]),
    column: name,
    kind,
    ...(order === undefined ? {} : { order: lastIfNull(name(order)) }),
    ...metadata,
  };
}

function isAddedField(column: string): boolean {
  return /^__(source_|transaction_|ts_)/.test(column);
}

function rowColumns(top: Columns, added: readonly string[]): Columns {
  return new Map([...top].filter(([column]) => !added.includes(column) && !column.startsWith("_kafka_metadata")));
}
