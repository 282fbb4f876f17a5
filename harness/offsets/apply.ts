import { wallNowMs } from "#core/clock.ts";
import { environmentError, usageError } from "#core/errors.ts";
import { refuseOutOfDate } from "./basis.ts";
import { identityOf } from "./place.ts";
import { appliedFile, type Move, type Plan, readApplied, readPlan, writeApplied } from "./plan-file.ts";
import { inSnapshot, needed, type Positions, partitionName } from "./positions.ts";
import { type Reach, readSourceOffset, writeSourceOffset } from "./reach.ts";
import { readPositions } from "./read.ts";
import { refuseMoves } from "./refuse-moves.ts";
import { resume, standStill, stateOf } from "./standstill.ts";

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
 * whether it was taken. A connector that ran before a refusal runs on after it.
 */
export async function applyPlan({ reach, planFile, stopped, ...options }: ApplyOptions): Promise<Plan> {
  const plan = await readPlan(planFile);
  refuseOther(plan, reach);
  refuseMoved(plan, await readPositions(reach));
  const ran = (await stateOf(reach, plan.end)) === "RUNNING";
  await standStill(reach, plan.end, { stopped });
  try {
    refuseMoved(plan, await readPositions(reach));
  } catch (error) {
    if (ran) await resume(reach, plan.end);
    throw error;
  }
  await writeApplied(planFile, { appliedMs: wallNowMs(), progress: "moving" });
  await moveAll(reach, plan.moves);
  await writeApplied(planFile, { appliedMs: wallNowMs(), progress: "moved" });
  if (options.resume) await resumed(reach, planFile, plan);
  return plan;
}

/** Puts the old positions back, as long as the connector has not run since. */
export async function undoPlan({ reach, planFile, stopped, ...options }: ApplyOptions): Promise<Plan> {
  const plan = await readPlan(planFile);
  refuseOther(plan, reach);
  const applied = await readApplied(planFile);
  if (applied === undefined || applied.progress === "undone") throw notApplied(planFile);
  if (applied.progress === "resumed") throw tooLate(plan, "it was resumed");
  const state = await stateOf(reach, plan.end);
  if (state === null && !stopped) await standStill(reach, plan.end, { stopped });
  if (state !== null && state !== "STOPPED") throw tooLate(plan, `it is ${state}`);
  const now = await readPositions(reach);
  for (const move of plan.moves) refuseElsewhere(plan, move, now);
  await moveAll(reach, plan.moves.map(turned));
  await writeApplied(planFile, { ...applied, progress: "undone" });
  if (options.resume) await resume(reach, plan.end);
  return plan;
}

async function resumed(reach: Reach, planFile: string, plan: Plan): Promise<void> {
  // Written first: a connector that fails to start has read its new positions all the same.
  await writeApplied(planFile, { appliedMs: wallNowMs(), progress: "resumed" });
  await resume(reach, plan.end);
}

function refuseMoved(plan: Plan, positions: Positions): void {
  refuseOutOfDate(plan, positions);
  refuseMoves(positions, plan);
}

async function moveAll(reach: Reach, moves: readonly Move[]): Promise<void> {
  for (const move of moves) if (move.kind === "source") await writeSourceOffset(reach, { ...move, offset: move.to });
  const groups = moves.filter((move) => move.kind === "group");
  for (const [topic, of] of Map.groupBy(groups, (move) => move.topic)) {
    const group = of[0]?.group ?? "";
    const offsets = new Map(of.map(({ partition, to }) => [partition, BigInt(to)]));
    await reach.kafka.setGroupOffsets({ group, topic, offsets });
  }
  for (const move of moves) await verify(reach, move);
}

async function verify(reach: Reach, move: Move): Promise<void> {
  const want = move.kind === "source" ? wordsOf(move.to) : String(move.to);
  const got = await heldNow(reach, move);
  if (got === want) return;
  throw environmentError({
    code: "MOVE_NOT_TAKEN",
    what: `${nameOf(move)} is not where it was moved to`,
    expected: want,
    got,
    remedy: "put back what has moved: `floe offsets apply --undo PLAN`; look for another connector of this name",
  });
}

async function heldNow(reach: Reach, move: Move): Promise<string> {
  if (move.kind === "source") return wordsOf((await readSourceOffset(reach, move)) ?? {});
  const committed = await reach.kafka.groupOffsets(move.group);
  return String(committed.get(move.topic)?.get(move.partition) ?? "nothing");
}

/** An apply that was cut off has moved some and not others: either place will do. */
function refuseElsewhere(plan: Plan, move: Move, positions: Positions): void {
  const now = heldIn(positions, move);
  const [from, to] =
    move.kind === "source" ? [wordsOf(move.from), wordsOf(move.to)] : [String(move.from), String(move.to)];
  if (now !== from && now !== to) throw tooLate(plan, `${nameOf(move)} is at ${now}, and not at ${to} any more`);
}

function heldIn(positions: Positions, move: Move): string {
  if (move.kind === "source") {
    const source = needed("the source's offset", positions.source);
    return inSnapshot(source) ? "a snapshot" : wordsOf(source.offset ?? {});
  }
  const { data } = needed("the sink's groups", positions.sink);
  return String(data.find((each) => partitionName(each) === partitionName(move))?.read ?? "nothing");
}

function wordsOf(offset: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(offset).toSorted(([a], [b]) => a.localeCompare(b))));
}

function turned(move: Move): Move {
  return move.kind === "source" ? { ...move, from: move.to, to: move.from } : { ...move, from: move.to, to: move.from };
}

function nameOf(move: Move): string {
  return move.kind === "source" ? `the offset of ${move.connector}` : `${move.group} on ${partitionName(move)}`;
}

function refuseOther(plan: Plan, { place }: Reach): void {
  if (plan.pipeline === identityOf(place)) return;
  throw usageError({
    code: "PLAN_OF_ANOTHER",
    what: "this plan was made for another pipeline",
    expected: plan.pipeline,
    got: identityOf(place),
    remedy: "name the pipeline as it was named for the plan",
  });
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
