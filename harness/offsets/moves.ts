import { environmentError, FloeError } from "#core/errors.ts";
import type { Move } from "./plan-file.ts";
import { needed, type Positions, partitionName } from "./positions.ts";
import { type Reach, readSourceOffset, writeSourceOffset } from "./reach.ts";

/** Moves positions one after the other, and looks whether each was taken. Whatever fails tells that some may have moved. */
export async function moveAll(reach: Reach, moves: readonly Move[]): Promise<void> {
  try {
    for (const move of moves) if (move.kind === "source") await writeSourceOffset(reach, { ...move, offset: move.to });
    const groups = moves.filter((move) => move.kind === "group");
    for (const [topic, of] of Map.groupBy(groups, (move) => move.topic)) {
      const offsets = new Map(of.map(({ partition, to }) => [partition, BigInt(to)]));
      await reach.kafka.setGroupOffsets({ group: of[0]?.group ?? "", topic, offsets });
    }
    for (const move of moves) await verify(reach, move);
  } catch (error) {
    if (!(error instanceof FloeError)) throw error;
    throw environmentError({
      code: "MOVED_IN_PART",
      what: `not every position was moved: ${error.message}`,
      expected: error.expected,
      got: error.got,
      remedy: "when the cause is mended, put back what has moved: `floe offsets apply --undo PLAN`",
      evidence: error.evidence,
      cause: error,
    });
  }
}

async function verify(reach: Reach, move: Move): Promise<void> {
  const want = textOf(move, "to");
  const got = await heldNow(reach, move);
  if (got === want) return;
  throw environmentError({
    code: "MOVE_NOT_TAKEN",
    what: `${moveName(move)} is not where it was moved to`,
    expected: want,
    got,
    remedy: "look for another connector of this name",
  });
}

async function heldNow(reach: Reach, move: Move): Promise<string> {
  if (move.kind === "source") return wordsOf((await readSourceOffset(reach, move)) ?? {});
  const committed = await reach.kafka.groupOffsets(move.group);
  return String(committed.get(move.topic)?.get(move.partition) ?? "nothing");
}

/** Where a moved position is among all positions. */
export function heldIn(positions: Positions, move: Move): string {
  if (move.kind === "source") return wordsOf(needed("the source's offset", positions.source).offset ?? {});
  const { data } = needed("the sink's groups", positions.sink);
  return String(data.find((each) => partitionName(each) === partitionName(move))?.read ?? "nothing");
}

/** Where a move comes from, or leads to. */
export function textOf(move: Move, end: "from" | "to"): string {
  return move.kind === "source" ? wordsOf(move[end]) : String(move[end]);
}

export function turned(move: Move): Move {
  return move.kind === "source" ? { ...move, from: move.to, to: move.from } : { ...move, from: move.to, to: move.from };
}

export function moveName(move: Move): string {
  return move.kind === "source" ? `the offset of ${move.connector}` : `${move.group} on ${partitionName(move)}`;
}

function wordsOf(offset: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(offset).toSorted(([a], [b]) => a.localeCompare(b))));
}
