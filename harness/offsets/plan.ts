import { usageError } from "#core/errors.ts";
import type { Aim, SinkAim, SourceAim } from "./aim.ts";
import { basisOf } from "./basis.ts";
import type { TopicCount } from "./count.ts";
import type { Move, Plan } from "./plan-file.ts";
import { notes, stays } from "./plan-words.ts";
import { connectorOf, needed, type Positions, partitionName } from "./positions.ts";
import { tableOf } from "./read-sink.ts";
import { refuseSink } from "./refuse-sink.ts";
import { refuseSource } from "./refuse-source.ts";

export interface Planning {
  readonly positions: Positions;
  readonly aim: Aim;
  readonly counts: readonly TopicCount[];
  readonly target: string;
  readonly pipeline: string;
}

/** Works out what moves, what stays, and what that does to the data. Pure: reads nothing, changes nothing. */
export function makePlan(planning: Planning): Plan {
  const { positions, aim, counts, target, pipeline } = planning;
  const moves = aim.end === "source" ? sourceMoves(positions, aim) : sinkMoves(positions, aim);
  if (moves.length === 0) throw nothingToMove(target);
  return {
    version: 1,
    madeMs: positions.readMs,
    target,
    pipeline,
    end: aim.end,
    connector: connectorOf(positions, aim.end).name,
    moves,
    stays: stays(aim),
    basis: basisOf(positions, { end: aim.end, moves }),
    twice: counts.filter(({ again }) => again > 0).map((count) => twice(count, planning)),
    never: counts
      .filter(({ skipped }) => skipped > 0)
      .map(({ topic, skipped }) => ({ table: tableName(topic), topic, records: skipped })),
    notes: notes(positions, aim, counts),
  };
}

/** Throws when the aim cannot be reached from these positions. */
export function refuseImpossible(positions: Positions, aim: Aim): void {
  if (aim.end === "source") refuseSource(positions, aim);
  else refuseSink(positions, aim);
}

function sourceMoves(positions: Positions, { place }: SourceAim): Move[] {
  const { connector, server, offset } = needed("the source's offset", positions.source);
  // It begins at a transaction's start: no event and no row of it is skipped.
  const { gtids, file, pos } = place;
  const to = { file, pos, ...(gtids === null ? {} : { gtids }) };
  const from = offset ?? {};
  const same = gtids === null ? from["file"] === file && from["pos"] === pos : from["gtids"] === gtids;
  return same ? [] : [{ kind: "source", connector: connector.name, server, from, to }];
}

function sinkMoves(positions: Positions, { offsets }: SinkAim): Move[] {
  const { data, dataGroup: group } = needed("the sink's groups", positions.sink);
  return offsets.flatMap(({ topic, partition, offset: to }): Move[] => {
    const now = data.find((each) => partitionName(each) === partitionName({ topic, partition }));
    // Without an offset of its own a group begins where the topic does.
    const from = now?.read ?? now?.begin ?? 0;
    return from === to ? [] : [{ kind: "group", group, topic, partition, from, to }];
  });
}

function twice({ topic, again, rowsAgain }: TopicCount, { aim, positions }: Planning): Plan["twice"][number] {
  const table = tableName(topic);
  const rows = aim.end === "sink" && aim.snapshot !== undefined ? standing(aim.snapshot, positions) : rowsAgain;
  return { table, topic, records: again, rows };
}

/** What was read since a snapshot is there already only as far as the table still has it, or is about to take it in. */
function standing({ table, laterRows }: NonNullable<SinkAim["snapshot"]>, positions: Positions): number {
  const { pending } = needed("the control topic", positions.control);
  return laterRows + (pending.find((each) => each.table === table)?.rows ?? 0);
}

function tableName(topic: string): string {
  const { namespace, table } = tableOf(topic);
  return `${namespace}.${table}`;
}

function nothingToMove(target: string): Error {
  return usageError({
    code: "NOTHING_TO_MOVE",
    what: `every position is at ${target} already`,
    remedy: "`floe offsets show` tells where each is, and what it does next",
  });
}
