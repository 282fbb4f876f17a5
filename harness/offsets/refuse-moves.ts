import type { Plan } from "./plan-file.ts";
import type { Positions } from "./positions.ts";
import { refuseSink } from "./refuse-sink.ts";
import { refuseSource } from "./refuse-source.ts";

/** Throws when what the moves lead to is gone by now: purged, trimmed. */
export function refuseMoves(positions: Positions, { moves }: Pick<Plan, "moves">): void {
  const offsets = moves.flatMap((move) =>
    move.kind === "group" ? [{ topic: move.topic, partition: move.partition, offset: move.to, trimmed: false }] : [],
  );
  if (offsets.length > 0) refuseSink(positions, { offsets });
  for (const move of moves) {
    if (move.kind !== "source") continue;
    const { gtids, file, pos } = move.to;
    const place = { gtids: typeof gtids === "string" ? gtids : null, file: String(file), pos: Number(pos) };
    refuseSource(positions, { end: "source", place });
  }
}
