import { wallNowMs } from "#core/clock.ts";
import { FloeError } from "#core/errors.ts";
import type { PartitionOffsets } from "#core/ports.ts";
import { connectMysql } from "#stages/mysql/client.ts";
import { binlogFiles, mysqlProgress } from "#stages/mysql/progress.ts";
import { type SinkParts, type SourceParts, sinkParts, sourceParts } from "./parts.ts";
import { notGiven } from "./place.ts";
import type { MysqlPosition, Part, Positions, SchemaHistory, SourceOffset } from "./positions.ts";
import { type Reach, readSourceOffset } from "./reach.ts";
import { readControl, readSink, readTables, stateIn } from "./read-sink.ts";
import { firstOfHistory } from "./schema-history.ts";

/** Reads all positions. A part that is not given or does not answer is told as unknown; nothing is changed anywhere. */
export async function readPositions(reach: Reach): Promise<Positions> {
  const [source, sink] = await Promise.all([known(() => sourceParts(reach)), known(() => sinkParts(reach))]);
  const ofSource = <T>(read: (parts: SourceParts) => Promise<T>) => follow(source, read);
  const ofSink = <T>(read: (parts: SinkParts) => Promise<T>) => follow(sink, read);
  const tables = await ofSink((parts) => readTables(reach, parts));
  const floors = "value" in tables ? tables.value : [];
  const [mysql, sourceOffset, schemaHistory, sinkPosition, control] = await Promise.all([
    known(() => readMysql(reach)),
    ofSource((parts) => readSource(reach, parts)),
    ofSource((parts) => readSchemaHistory(reach, parts)),
    ofSink((parts) => readSink(reach, parts)),
    ofSink((parts) => readControl(reach, { parts, tables: floors })),
  ]);
  return { readMs: wallNowMs(), mysql, source: sourceOffset, schemaHistory, sink: sinkPosition, control, tables };
}

/** What a read throws becomes why the part is unknown. A defect of ours is still thrown. */
async function known<T>(read: () => Promise<T>): Promise<Part<T>> {
  try {
    return { value: await read() };
  } catch (error) {
    if (!(error instanceof FloeError)) throw error;
    return {
      unknown: [`${error.code}: ${error.message}`, ...(error.got === undefined ? [] : [error.got])].join(", got "),
    };
  }
}

async function follow<P, T>(parts: Part<P>, read: (parts: P) => Promise<T>): Promise<Part<T>> {
  return "value" in parts ? known(() => read(parts.value)) : parts;
}

async function readMysql({ place }: Reach): Promise<MysqlPosition> {
  if (place.mysql === undefined) throw notGiven("MySQL", "--mysql");
  await using client = await connectMysql(place.mysql);
  const [row] = await client.query("SELECT @@GLOBAL.gtid_purged AS purged");
  const { gtidExecuted, position } = await mysqlProgress(client);
  return {
    gtidExecuted,
    gtidPurged: (row?.["purged"] ?? "").replaceAll("\n", ""),
    files: (await binlogFiles(client)).map(({ file }) => file),
    end: Number(position),
  };
}

async function readSource(reach: Reach, parts: SourceParts): Promise<SourceOffset> {
  const { connector, server } = parts;
  const state = stateIn(await reach.connect?.source.status(connector));
  return { connector: { name: connector, state }, server, offset: await readSourceOffset(reach, parts) };
}

async function readSchemaHistory(
  { kafka }: Reach,
  { schemaHistoryTopic: topic, server }: SourceParts,
): Promise<SchemaHistory> {
  if (topic === undefined) throw notGiven("the schema-history topic", "--schema-history-topic");
  const [begin, end] = [first(await kafka.beginOffsets(topic)), first(await kafka.endOffsets(topic))];
  return { topic, begin, end, first: (await firstOfHistory(kafka, { topic, server, end })) ?? null };
}

function first(offsets: PartitionOffsets): number {
  return Number(offsets.get(0) ?? 0n);
}
