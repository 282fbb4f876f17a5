import { wallNowMs } from "#core/clock.ts";
import { usageError } from "#core/errors.ts";
import { refuseOutOfDate } from "./basis.ts";
import { moveAll } from "./moves.ts";
import { identityOf } from "./place.ts";
import { type Plan, readPlan, writeApplied } from "./plan-file.ts";
import type { Reach } from "./reach.ts";
import { readPositions } from "./read.ts";
import { refuseMoves } from "./refuse-moves.ts";
import { putBack, resume, standStill, stateOf, toResumeBy } from "./standstill.ts";

export interface ApplyOptions {
  readonly reach: Reach;
  readonly planFile: string;
  /** Let the connector run again afterwards. */
  readonly resume: boolean;
  /** The caller knows that the connector stands still, where nobody can be asked. */
  readonly stopped: boolean;
}

/**
 * Moves the positions as planned: refuses a plan that is out of date, stops the connector, looks again, moves, and looks
 * whether it was taken. After a refusal the connector is as it was.
 */
export async function applyPlan({ reach, planFile, stopped, ...options }: ApplyOptions): Promise<Plan> {
  if (options.resume) toResumeBy(reach);
  const plan = await planFor(reach, planFile);
  await refuseMoved(reach, plan);
  const state = await stateOf(reach, plan.end);
  await standStill(reach, plan.end, { stopped });
  try {
    await refuseMoved(reach, plan);
  } catch (error) {
    await putBack(reach, plan.end, state);
    throw error;
  }
  await writeApplied(planFile, { appliedMs: wallNowMs(), progress: "moving" });
  await moveAll(reach, plan.moves);
  // Written before it runs: a connector that then fails has read its new positions all the same.
  await writeApplied(planFile, { appliedMs: wallNowMs(), progress: options.resume ? "resumed" : "moved" });
  if (options.resume) await resume(reach, plan.end);
  return plan;
}

/** Reads a plan that was made for this pipeline. */
export async function planFor({ place }: Reach, planFile: string): Promise<Plan> {
  const plan = await readPlan(planFile);
  if (plan.pipeline === identityOf(place)) return plan;
  throw usageError({
    code: "PLAN_OF_ANOTHER",
    what: "this plan was made for another pipeline",
    expected: plan.pipeline,
    got: identityOf(place),
    remedy: "name the pipeline as it was named for the plan",
  });
}

async function refuseMoved(reach: Reach, plan: Plan): Promise<void> {
  const positions = await readPositions(reach);
  refuseOutOfDate(plan, positions);
  refuseMoves(positions, plan);
}
