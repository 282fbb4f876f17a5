import { z } from "zod";
import { capturedTables, type PipelineSpec } from "#core/pipeline-spec.ts";
import type { CatalogClient } from "./client.ts";
import { ancestry, type TableMetadata } from "./metadata.ts";

export interface SinkStages {
  /** The control topic's offset of each table's last DATA_WRITTEN. */
  readonly announced: ReadonlyMap<string, bigint>;
  readonly catalog: CatalogClient;
  readonly spec: PipelineSpec;
}

/** Records in all of a pipeline's tables, as their newest snapshots count them. */
export async function totalRecords({ catalog, spec }: Omit<SinkStages, "announced">): Promise<number> {
  const counts = await Promise.all(
    capturedTables(spec).map(async (table) => {
      const metadata = await catalog.table({ namespace: spec.names.namespace, table });
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
export async function committedBehind({ announced, catalog, spec }: SinkStages): Promise<string[]> {
  const behind = [...announced].map(async ([table, offset]) => {
    const metadata = await catalog.table({ namespace: spec.names.namespace, table });
    const committed = metadata === undefined ? undefined : controlOffset(metadata, spec);
    return committed !== undefined && committed > offset
      ? []
      : [`${table} at ${committed ?? "none"} of ${offset + 1n}`];
  });
  return (await Promise.all(behind)).flat();
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
