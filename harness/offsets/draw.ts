import { wallNowMs } from "#core/clock.ts";
import type { Aim } from "./aim.ts";
import { aimSink } from "./aim-sink.ts";
import { aimSource } from "./aim-source.ts";
import { countMoved } from "./count.ts";
import { identityOf, notGiven } from "./place.ts";
import { makePlan, refuseImpossible } from "./plan.ts";
import type { Plan } from "./plan-file.ts";
import type { Reach } from "./reach.ts";
import { readPositions } from "./read.ts";
import { putBack, standStill, stateOf } from "./standstill.ts";
import { type Hop, movedEnd, parseTarget, type Target } from "./target.ts";

export interface DrawOptions {
  readonly reach: Reach;
  /** As `--to` has it. */
  readonly to: string;
  readonly hop: Hop;
  /** Stop the connector that is to move first, and leave it stopped: the plan then stays true. */
  readonly stop: boolean;
}

/** Reads all positions and works out a plan. Changes nothing but, when asked to, the state of one connector. */
export async function drawPlan({ reach, to, hop, stop }: DrawOptions): Promise<Plan> {
  const target = parseTarget(to, wallNowMs());
  const end = movedEnd(target, hop);
  const state = await stateOf(reach, end);
  if (stop && reach.connect === undefined)
    throw notGiven("a Connect worker to stop it by", "--connect URL, or no --stop");
  if (stop) await standStill(reach, end, { stopped: false });
  try {
    const positions = await readPositions(reach);
    const aim = await aimAt(reach, { positions, target, end });
    refuseImpossible(positions, aim);
    const counts = await countMoved(reach, positions, aim);
    return makePlan({ positions, aim, counts, target: to, pipeline: identityOf(reach.place) });
  } catch (error) {
    if (stop) await putBack(reach, end, state);
    throw error;
  }
}

interface Aiming {
  readonly positions: Awaited<ReturnType<typeof readPositions>>;
  readonly target: Target;
  readonly end: "source" | "sink";
}

function aimAt(reach: Reach, { positions, target, end }: Aiming): Promise<Aim> {
  return end === "source" && target.kind !== "snapshot"
    ? aimSource(reach, positions, target)
    : aimSink(reach, positions, target);
}
