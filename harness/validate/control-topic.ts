import type { PartitionOffsets } from "#core/ports.ts";
import { controlTopicOf } from "#lint/pipeline.ts";
import type { Found } from "#lint/rule.ts";
import type { View } from "#lint/view.ts";
import { ancestry, type TableMetadata } from "#stages/iceberg/metadata.ts";
import { tell } from "./tell.ts";

/**
 * A table remembers how far its sink had read the control topic. Where the topic ends before that it was made again, and
 * the sink takes what is announced there for what it has committed already.
 */
export function controlMadeAgain({
  view,
  ends,
  tables,
}: {
  readonly view: View;
  /** The control topic's end offsets; none where there is no such topic. */
  readonly ends: PartitionOffsets;
  readonly tables: readonly { readonly name: string; readonly metadata: TableMetadata }[];
}): Found[] {
  const topic = controlTopicOf(view);
  if (topic === undefined) return [];
  const past = tables.flatMap(({ name, metadata }) => {
    const read = readUpTo(metadata, topic);
    const beyond = [...read].find(([partition, offset]) => offset > (ends.get(partition) ?? 0n));
    return beyond === undefined ? [] : [{ name, read: beyond[1], end: ends.get(beyond[0]) ?? 0n }];
  });
  const [first] = past;
  if (first === undefined) return [];
  const told = `${first.name} was committed up to offset ${first.read} of ${topic}, which ends at ${first.end}`;
  return tell({ rule: "iceberg-control-topic-recreated", view, key: "iceberg.control.topic", told });
}

/** By the newest snapshot that says so: other writers' snapshots do not. */
function readUpTo(metadata: TableMetadata, topic: string): ReadonlyMap<number, bigint> {
  const property = `kafka.connect.offsets.${topic}.`;
  const said = ancestry(metadata)
    .map(({ summary }) => Object.entries(summary).find(([key]) => key.startsWith(property))?.[1])
    .find((text) => text !== undefined);
  const pairs = [...(said ?? "").matchAll(/"(\d+)"\s*:\s*(\d+)/g)];
  return new Map(pairs.map(([, partition = "0", offset = "0"]) => [Number(partition), BigInt(offset)]));
}
