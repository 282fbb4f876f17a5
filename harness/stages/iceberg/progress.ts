import { z } from "zod";
import { capturedTables, type PipelineSpec } from "#core/pipeline-spec.ts";
import type { PartitionOffsets, TopicReader } from "#core/ports.ts";
import type { CatalogClient } from "./client.ts";
import { decodeControlEvent } from "./control-topic.ts";
import { ancestry, type TableMetadata } from "./metadata.ts";

export interface SinkStages {
  readonly kafka: TopicReader;
  readonly catalog: CatalogClient;
  readonly spec: PipelineSpec;
}

/** Records in all of a pipeline's tables, as their newest snapshots count them. */
export async function totalRecords({ catalog, spec }: Omit<SinkStages, "kafka">): Promise<number> {
  const counts = await Promise.all(
    capturedTables(spec).map(async (table) => {
      const metadata = await catalog.table({ namespace: spec.names.database, table });
      return metadata === undefined ? 0 : Number(ancestry(metadata)[0]?.summary["total-records"] ?? 0);
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * Tables of which the sink's tasks have announced data files that no snapshot has taken in, as lines for a person. A
 * snapshot's `kafka.connect.offsets.<control topic>.<group>` is the control topic's offset up to which its table is
 * complete; a table with nothing to commit gets no snapshot, so only announced tables are asked.
 */
export async function committedBehind({ kafka, catalog, spec }: SinkStages): Promise<string[]> {
  const announced = await lastAnnounced({ kafka, spec });
  const behind = [...announced].map(async ([table, offset]) => {
    const metadata = await catalog.table({ namespace: spec.names.database, table });
    const committed = metadata === undefined ? undefined : controlOffset(metadata, spec);
    return committed !== undefined && committed > offset
      ? []
      : [`${table} at ${committed ?? "none"} of ${offset + 1n}`];
  });
  return (await Promise.all(behind)).flat();
}

/** The offset of the last DATA_WRITTEN of each table. */
async function lastAnnounced({ kafka, spec }: Omit<SinkStages, "catalog">): Promise<ReadonlyMap<string, bigint>> {
  const topic = spec.names.controlTopic;
  const to: PartitionOffsets = await kafka.endOffsets(topic);
  const last = new Map<string, bigint>();
  for await (const record of kafka.read({ topic, from: new Map(), to })) {
    const event = decodeControlEvent(record);
    const table = event.table?.split(".").at(-1);
    const ours = event.group === spec.names.sinkGroup;
    if (ours && event.type === "DATA_WRITTEN" && table !== undefined) last.set(table, event.offset);
  }
  return last;
}

/** Up to where in the control topic a table is complete, by the newest snapshot that says so. */
export function controlOffset(metadata: TableMetadata, spec: PipelineSpec): bigint | undefined {
  const property = `kafka.connect.offsets.${spec.names.controlTopic}.`;
  for (const { summary } of ancestry(metadata)) {
    const found = Object.entries(summary).find(([key]) => key.startsWith(property));
    if (found !== undefined) return offsetsSchema.parse(JSON.parse(found[1]))["0"];
  }
  return undefined;
}

const offsetsSchema = z.record(z.string(), z.number().transform(BigInt));
