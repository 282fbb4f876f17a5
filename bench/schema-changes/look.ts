import { type PipelineSpec, topicOf } from "#core/pipeline-spec.ts";
import type { KafkaRecord } from "#core/ports.ts";
import type { Clients } from "#pipeline";
import { decodeRecord } from "#stages/debezium/record.ts";
import { type RecordSchema, schemaOf } from "#stages/debezium/record-schema.ts";
import type { LakeColumn } from "#stages/iceberg/metadata.ts";
import type { Arrived } from "./arrive.ts";
import type { Place } from "./capture.ts";

/** A table's topic: what its newest record says of the table's columns, and what has happened, as Debezium's letters. */
export interface TopicSeen {
  readonly schema: RecordSchema | undefined;
  readonly ops: readonly string[];
}

/** The topic of each captured table of a change, by table. */
export function topicsSeen({ records }: Arrived, { change, source }: Place): ReadonlyMap<string, TopicSeen> {
  return new Map(
    change.captured.map((table): [string, TopicSeen] => {
      const found = records.get(topicOf(source, table)) ?? [];
      return [table, { schema: newestSchema(found), ops: found.flatMap((record) => decodeRecord(record)?.op ?? []) }];
    }),
  );
}

function newestSchema(records: readonly KafkaRecord[]): RecordSchema | undefined {
  const newest = records.findLast(({ value }) => value !== null);
  return newest === undefined ? undefined : schemaOf(newest);
}

/** Columns and their types, by table. */
export type LakeTables = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** The tables of a sink's namespace. Of the columns that the transforms add, the key's alone is told. */
export async function lakeTables({ catalog }: Clients, { names, tables }: PipelineSpec): Promise<LakeTables> {
  const found = new Map<string, ReadonlyMap<string, string>>();
  for (const table of tables) {
    const metadata = await catalog.table({ namespace: names.namespace, table });
    if (metadata !== undefined) found.set(table, new Map(metadata.columns.flatMap(columnText)));
  }
  return found;
}

function columnText({ name, type, required }: LakeColumn): [string, string][] {
  if (name === "_kafka_metadata") return [];
  if (name === "_cdc") return [["_cdc.key", /key: (struct<[^>]*>)/.exec(type)?.[1] ?? "none"]];
  return [[name, `${type}${required ? " required" : ""}`]];
}
