import { z } from "zod";
import type { PartitionOffsets } from "#core/ports.ts";
import type { ConnectorStatus } from "#stages/connect/client.ts";
import { failedTrace } from "#stages/connect/progress.ts";
import { type ControlEvent, decodeControlEvent } from "#stages/iceberg/control-topic.ts";
import { ancestry, type TableMetadata } from "#stages/iceberg/metadata.ts";
import type { KafkaClient } from "#stages/kafka/client.ts";
import type { SinkParts } from "./parts.ts";
import { notGiven } from "./place.ts";
import type { ControlPosition, DataPartition, SinkPosition, TablePosition } from "./positions.ts";

import type { Reach } from "./reach.ts";

/** What the sink's groups have committed, side by side with what the topics hold. */
export async function readSink({ kafka, connect }: Reach, parts: SinkParts): Promise<SinkPosition> {
  const { connector, topics, dataGroup, coordinatorGroup } = parts;
  const committed = await kafka.groupOffsets(dataGroup);
  const data = await Promise.all(topics.map((topic) => readTopic(kafka, topic, committed.get(topic))));
  return {
    connector: { name: connector, state: stateIn(await connect?.sink.status(connector)) },
    dataGroup,
    coordinatorGroup,
    dataMembers: (await kafka.describeGroup(dataGroup)).members.length,
    coordinatorMembers: (await kafka.describeGroup(coordinatorGroup)).members.length,
    data: data.flat().toSorted((a, b) => a.topic.localeCompare(b.topic) || a.partition - b.partition),
  };
}

/** FAILED when one of its tasks is: the connector itself stays RUNNING then. */
export function stateIn(status: ConnectorStatus | undefined): string | null {
  if (status === undefined) return null;
  return failedTrace(status) === undefined ? status.connector.state : "FAILED";
}

async function readTopic(
  kafka: KafkaClient,
  topic: string,
  committed: PartitionOffsets | undefined,
): Promise<DataPartition[]> {
  const [begins, ends] = [await kafka.beginOffsets(topic), await kafka.endOffsets(topic)];
  const partitions = [...ends].map(([partition, end]) => ({
    topic,
    partition,
    begin: Number(begins.get(partition) ?? 0n),
    end: Number(end),
    read: asNumber(committed?.get(partition)),
  }));
  return Promise.all(partitions.map(async (each) => ({ ...each, waiting: await waitingIn(kafka, each) })));
}

/** Offsets are used by markers of transactions as well: a short rest is read to tell what is in it. */
async function waitingIn(
  kafka: KafkaClient,
  { topic, partition, begin, end, read }: Omit<DataPartition, "waiting">,
): Promise<number | null> {
  const from = Math.max(read ?? 0, begin);
  if (end - from > 1_000) return null;
  const range = { topic, from: new Map([[partition, BigInt(from)]]), to: new Map([[partition, BigInt(end)]]) };
  return (await Array.fromAsync(kafka.read(range))).length;
}

/** Kafka says -1 where a group has committed nothing. */
function asNumber(offset: bigint | undefined): number | null {
  return offset === undefined || offset < 0n ? null : Number(offset);
}

/** How far each of the sink's tables is, by its newest snapshot that says so. Tables are found by their topics' names. */
export async function readTables({ catalog }: Reach, parts: SinkParts): Promise<TablePosition[]> {
  if (catalog === undefined) throw notGiven("the catalog", "--catalog");
  const found = await Promise.all(
    parts.topics.map(async (topic) => {
      const { namespace, table } = tableOf(topic);
      const metadata = await catalog.table({ namespace, table });
      return metadata === undefined ? [] : [tablePosition(`${namespace}.${table}`, metadata, parts.floorProperty)];
    }),
  );
  return found.flat();
}

/** `prefix.database.table` is written to `database.table`, by Debezium's naming and the transform's. */
export function tableOf(topic: string): { readonly namespace: string; readonly table: string } {
  const [table = "", namespace = ""] = topic.split(".").toReversed();
  return { namespace, table };
}

function tablePosition(table: string, metadata: TableMetadata, floorProperty: string): TablePosition {
  const line = ancestry(metadata);
  return {
    table,
    snapshotId: line[0]?.id.toString() ?? null,
    floor: floorIn(
      line.map(({ summary }) => summary),
      floorProperty,
    ),
    rows: Number(line[0]?.summary["total-records"] ?? 0),
    validThrough: line.find(({ summary }) => validThrough in summary)?.summary[validThrough] ?? null,
  };
}

const validThrough = "kafka.connect.valid-through-ts";
const offsetsSchema = z.record(z.string(), z.number());

/** The newest of these summaries that tells an offset of the control topic's one partition. */
export function floorIn(summaries: readonly Readonly<Record<string, string>>[], floorProperty: string): number | null {
  const told = summaries.find((summary) => floorProperty in summary)?.[floorProperty];
  return told === undefined ? null : (offsetsSchema.parse(JSON.parse(told))["0"] ?? null);
}

/** The control topic, and the files announced there that no snapshot has taken in. */
export async function readControl(
  { kafka }: Reach,
  { parts, tables }: { parts: SinkParts; tables: readonly TablePosition[] },
): Promise<ControlPosition> {
  const { controlTopic: topic, coordinatorGroup } = parts;
  // In this order: the end grows meanwhile, and the group must not seem to be past it.
  const read = asNumber((await kafka.groupOffsets(coordinatorGroup)).get(topic)?.get(0));
  const begin = Number((await kafka.beginOffsets(topic)).get(0) ?? 0n);
  const end = Number((await kafka.endOffsets(topic)).get(0) ?? 0n);
  const floors = new Map(tables.map(({ table, floor }) => [table, floor ?? 0]));
  const pending = new Map<string, { files: number; rows: number }>();
  for await (const event of controlEvents({ kafka }, { topic, from: read ?? begin, to: end })) {
    if (event.type !== "DATA_WRITTEN" || event.table === undefined || event.group !== groupOf(parts)) continue;
    if (Number(event.offset) < (floors.get(event.table) ?? 0)) continue;
    const { files, rows } = pending.get(event.table) ?? { files: 0, rows: 0 };
    const more = event.files.reduce((sum, { records }) => sum + Number(records), 0);
    pending.set(event.table, { files: files + event.files.length, rows: rows + more });
  }
  return { topic, begin, end, read, pending: [...pending].map(([table, counts]) => ({ table, ...counts })) };
}

/** The name under which the sink writes its events. */
export function groupOf({ coordinatorGroup }: SinkParts): string {
  return coordinatorGroup.replace(/-coord$/, "");
}

export async function* controlEvents(
  { kafka }: Pick<Reach, "kafka">,
  { topic, from, to }: { topic: string; from: number; to: number },
): AsyncGenerator<ControlEvent> {
  const range = { topic, from: new Map([[0, BigInt(from)]]), to: new Map([[0, BigInt(to)]]) };
  for await (const record of kafka.read(range)) yield decodeControlEvent(record);
}
