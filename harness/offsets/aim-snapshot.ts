import { usageError } from "#core/errors.ts";
import { ancestry, type Snapshot, type TableMetadata } from "#stages/iceberg/metadata.ts";
import type { AimedPartition, SinkAim } from "./aim.ts";
import { type SinkParts, sinkParts } from "./parts.ts";
import { needed, type Positions, partitionName, type SinkPosition } from "./positions.ts";
import type { Reach } from "./reach.ts";
import { controlEvents, floorIn, groupOf, tableOf } from "./read-sink.ts";

interface AtSnapshot {
  readonly positions: Positions;
  readonly sink: SinkPosition;
  readonly id: string;
}

/**
 * A snapshot says up to where in the control topic its table is complete; the tasks' own words below that say up to where
 * they had read each partition. Of the data group, only the partitions of that table move: others would get copies.
 */
export async function aimAtSnapshot(reach: Reach, { positions, sink, id }: AtSnapshot): Promise<SinkAim> {
  const parts = await sinkParts(reach);
  const { topic, table, metadata } = await tableWith(reach, parts, id);
  const floor = floorAt(metadata, parts, id);
  const control = needed("the control topic", positions.control);
  const read = await readUpTo(reach, parts, { begin: control.begin, floor });
  const offsets = sink.data
    .filter((each) => each.topic === topic)
    .map(({ partition, begin }): AimedPartition => {
      const offset = read.get(partitionName({ topic, partition }));
      if (offset === undefined && control.begin > 0) throw controlTrimmed(control.topic, control.begin, floor);
      return { topic, partition, offset: offset ?? begin, trimmed: offset === undefined && begin > 0 };
    });
  return { end: "sink", offsets, snapshot: { id, table, laterRows: rowsAfter(metadata, parts, floor) } };
}

async function tableWith({ catalog }: Reach, { topics }: SinkParts, id: string) {
  if (catalog === undefined) needed("the tables", { unknown: "the catalog was not given: --catalog" });
  for (const topic of topics) {
    const name = tableOf(topic);
    const metadata = await catalog?.table(name);
    if (metadata?.snapshots.some((each) => each.id === BigInt(id)) === true)
      return { topic, table: `${name.namespace}.${name.table}`, metadata };
  }
  throw usageError({
    code: "SNAPSHOT_GONE",
    what: `no table of this pipeline has a snapshot ${id}`,
    expected: "one that has not expired",
    remedy: "`floe offsets show` has each table's newest; or --to time=… --hop sink",
  });
}

/** Where in the control topic a table was at a snapshot; those that others made say nothing of it, and are looked behind. */
function floorAt(metadata: TableMetadata, { floorProperty }: SinkParts, id: string): number {
  const line = ancestry({ ...metadata, currentId: BigInt(id) });
  const floor = floorIn(
    line.map(({ summary }) => summary),
    floorProperty,
  );
  if (floor !== null) return floor;
  throw usageError({
    code: "SNAPSHOT_NOT_OF_SINK",
    what: `snapshot ${id} does not say where the sink was`,
    expected: `${floorProperty} in its summary, or in that of a snapshot before it`,
    got: "none: made by somebody else, or those before it have expired",
    remedy: "take a snapshot that the sink made",
  });
}

async function readUpTo(
  reach: Reach,
  parts: SinkParts,
  { begin, floor }: { begin: number; floor: number },
): Promise<ReadonlyMap<string, number>> {
  const read = new Map<string, number>();
  for await (const event of controlEvents(reach, { topic: parts.controlTopic, from: begin, to: floor })) {
    if (event.group !== groupOf(parts)) continue;
    for (const { topic, partition, offset } of event.assignments)
      if (offset !== undefined) read.set(partitionName({ topic, partition }), Number(offset));
  }
  return read;
}

function rowsAfter(metadata: TableMetadata, { floorProperty }: SinkParts, floor: number): number {
  const added = ({ summary }: Snapshot) => {
    const own = floorIn([summary], floorProperty);
    return own !== null && own > floor ? Number(summary["added-records"] ?? 0) : 0;
  };
  return ancestry(metadata).reduce((sum, snapshot) => sum + added(snapshot), 0);
}

function controlTrimmed(topic: string, begin: number, floor: number): Error {
  return usageError({
    code: "CONTROL_TOPIC_TRIMMED",
    what: `the control topic ${topic} no longer says how far the sink had read at this snapshot`,
    expected: `its events below offset ${floor}`,
    got: `it begins at ${begin}`,
    remedy: "give a time instead: --to time=… --hop sink",
  });
}
