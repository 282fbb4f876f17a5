import { z } from "zod";
import type { PipelineSpec } from "#core/pipeline-spec.ts";
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
