import { z } from "zod";
import type { PipelineSpec } from "#core/pipeline-spec.ts";
import type { KafkaRecord } from "#core/ports.ts";
import type { ConnectorOffset } from "#stages/connect/client.ts";

/** How far the source has told Connect that it is. GTIDs where they are on; file and position always. */
export interface SourcePosition {
  readonly gtids: string | undefined;
  readonly file: string;
  readonly pos: number;
}

const offsetSchema = z.object({ gtids: z.string().optional(), file: z.string(), pos: z.number() });

/** The stored position; undefined before the first is stored. */
export function sourcePosition(offsets: readonly ConnectorOffset[]): SourcePosition | undefined {
  const parsed = offsetSchema.safeParse(offsets[0]?.offset);
  return parsed.success ? { ...parsed.data, gtids: parsed.data.gtids } : undefined;
}

/** Whether a source offset is one that Debezium stores only after its initial snapshot. */
export function snapshotPassed(offsets: readonly ConnectorOffset[]): boolean {
  const offset = offsets[0]?.offset;
  if (offset === undefined || offset === null) return false;
  return offset["snapshot"] === undefined || offset["snapshot_completed"] === true;
}

/**
 * An offset to be stored while the connector is stopped. Debezium takes any JSON for one and ignores what it does not
 * know, so the partition and the names are made here. It begins at a transaction's start: no event or row is skipped.
 */
export function offsetAt({ spec, position }: { spec: PipelineSpec; position: SourcePosition }): ConnectorOffset {
  const { gtids, file, pos } = position;
  return {
    partition: { server: spec.names.topicPrefix },
    offset: { file, pos, ...(gtids === undefined ? {} : { gtids }) },
  };
}

/** A record of the offsets topic, as Connect writes it, if it is this connector's: the offset with the number of its transactions. */
export function storedOffset(
  { key, value }: Pick<KafkaRecord, "key" | "value">,
  connector: string,
): (SourcePosition & { readonly transactions: number | undefined }) | undefined {
  if (key === null || value === null) return undefined;
  const owner = z.tuple([z.string(), z.unknown()]).safeParse(JSON.parse(key.toString("utf8")));
  const parsed = offsetSchema.safeParse(JSON.parse(value.toString("utf8")));
  if (owner.data?.[0] !== connector || !parsed.success) return undefined;
  const { gtids, file, pos } = parsed.data;
  return { gtids, file, pos, transactions: gtids === undefined ? undefined : transactionsIn(gtids) };
}

/** How many transactions a GTID set has: `uuid:1-5:7,uuid:tag:1-3` has nine. */
export function transactionsIn(gtids: string): number {
  const intervals = gtids.matchAll(/:(\d+)(?:-(\d+))?(?=[:,]|\s*$)/g);
  return [...intervals].reduce((sum, [, low, high]) => sum + Number(high ?? low) - Number(low) + 1, 0);
}
