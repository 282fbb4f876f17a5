import { usageError } from "#core/errors.ts";
import type { AimedPartition, SinkAim } from "./aim.ts";
import { needed, type Positions, partitionName } from "./positions.ts";

/** Throws when the sink could not read on from there. */
export function refuseSink(positions: Positions, { offsets }: Pick<SinkAim, "offsets">): void {
  const { data } = needed("the sink's groups", positions.sink);
  const ranges = new Map(data.map((each) => [partitionName(each), each]));
  for (const aimed of offsets) {
    const range = ranges.get(partitionName(aimed));
    if (range === undefined) throw outside(aimed, "no such partition");
    const between = `${range.begin} to ${range.end}`;
    if (aimed.trimmed || aimed.offset < range.begin) throw trimmed(aimed, between);
    if (aimed.offset > range.end) throw outside(aimed, between);
  }
}

function trimmed(aimed: AimedPartition, between: string): Error {
  return usageError({
    code: "TOPIC_TRIMMED",
    what: `records that the target begins with are no longer in ${partitionName(aimed)}`,
    expected: "a topic that reaches back to the target",
    got: `offsets ${between}`,
    remedy: "--to earliest --hop sink is as far back as the topics go; --hop source has MySQL's binlog sent again",
  });
}

function outside(aimed: AimedPartition, between: string): Error {
  return usageError({
    code: "TARGET_NOT_REACHED",
    what: `${partitionName(aimed)} has no offset ${aimed.offset}`,
    expected: `offsets ${between}`,
    got: String(aimed.offset),
    remedy: "make a new plan: the topic may have been made again",
  });
}
