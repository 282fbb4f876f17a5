import { usageError } from "#core/errors.ts";
import { type ApplyOptions, planFor } from "./apply.ts";
import { heldIn, moveAll, moveName, textOf, turned } from "./moves.ts";
import { appliedFile, type Move, type Plan, readApplied, writeApplied } from "./plan-file.ts";
import type { Positions } from "./positions.ts";
import { readPositions } from "./read.ts";
import { resume, standStill, stateOf, toResumeBy } from "./standstill.ts";

/** Puts the old positions back, as long as the connector has stood still since. */
export async function undoPlan({ reach, planFile, stopped, ...options }: ApplyOptions): Promise<Plan> {
  if (options.resume) toResumeBy(reach);
  const plan = await planFor(reach, planFile);
  const applied = await readApplied(planFile);
  if (applied === undefined || applied.progress === "undone") throw notApplied(planFile);
  if (applied.progress === "resumed") throw tooLate(plan, "it was resumed");
  const state = await stateOf(reach, plan.end);
  if (state !== null && state !== "STOPPED") throw tooLate(plan, `it is ${state}`);
  await standStill(reach, plan.end, { stopped });
  const positions = await readPositions(reach);
  for (const move of plan.moves) refuseElsewhere(plan, move, positions);
  await moveAll(reach, plan.moves.map(turned));
  await writeApplied(planFile, { ...applied, progress: "undone" });
  if (options.resume) await resume(reach, plan.end);
  return plan;
}

/** An apply that was cut off has moved some and not others: either place will do. */
function refuseElsewhere(plan: Plan, move: Move, positions: Positions): void {
  const now = heldIn(positions, move);
  if (now !== textOf(move, "from") && now !== textOf(move, "to")) throw tooLate(plan, `${moveName(move)} is at ${now}`);
}

function notApplied(planFile: string): Error {
  return usageError({
    code: "PLAN_NOT_APPLIED",
    what: `${planFile} is not applied: there is nothing to undo`,
    remedy: "`floe offsets show` tells where the positions are",
    evidence: [appliedFile(planFile)],
  });
}

function tooLate({ connector }: Plan, got: string): Error {
  return usageError({
    code: "UNDO_TOO_LATE",
    what: `the positions of ${connector} can't be put back: it may have read on from the new ones`,
    expected: "a connector that has stood still since",
    got,
    remedy: "make a new plan: `floe offsets plan --to …`",
  });
}
