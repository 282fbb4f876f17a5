import { deadlineIn } from "#core/deadline.ts";
import { usageError } from "#core/errors.ts";
import { awaitRunning, awaitStopped } from "#stages/connect/progress.ts";
import { awaitNoMembers } from "#stages/kafka/progress.ts";
import { sinkParts } from "./parts.ts";
import { notGiven } from "./place.ts";
import type { Reach } from "./reach.ts";

type End = "source" | "sink";

/** STOPPED, RUNNING …; null where there is no REST interface to ask. */
export async function stateOf({ connect, place }: Reach, end: End): Promise<string | null> {
  return (await connect?.[end].status(nameOf({ place }, end)))?.connector.state ?? null;
}

/**
 * Has a connector stand still, so that its positions can be moved: no task, and for the sink no member in either of its
 * groups. Without a REST interface it has to have been stopped; `stopped` says that the caller knows it.
 */
export async function standStill(reach: Reach, end: End, { stopped }: { stopped: boolean }): Promise<void> {
  const { connect } = reach;
  const connector = nameOf(reach, end);
  if (connect === undefined) {
    if (!stopped) throw notKnownToStand(connector);
  } else {
    await connect[end].stop(connector);
    await awaitStopped({ connect: connect[end], connector, deadline: deadlineIn(60_000), logFiles: [] });
  }
  if (end === "sink") await membersGone(reach);
}

async function membersGone(reach: Reach): Promise<void> {
  const { dataGroup, coordinatorGroup } = await sinkParts(reach);
  for (const group of [dataGroup, coordinatorGroup])
    await awaitNoMembers({ kafka: reach.kafka, group, deadline: deadlineIn(60_000) });
}

/** The REST interface to resume by; to be asked for before anything is moved. */
export function toResumeBy({ connect }: Pick<Reach, "connect">): NonNullable<Reach["connect"]> {
  if (connect !== undefined) return connect;
  throw notGiven("a Connect worker to resume by", "--connect URL, or no --resume");
}

/** Lets it run again, until its tasks do. */
export async function resume(reach: Reach, end: End): Promise<void> {
  const connect = toResumeBy(reach);
  const connector = nameOf(reach, end);
  await connect[end].resume(connector);
  await awaitRunning({ connect: connect[end], connector, deadline: deadlineIn(60_000), logFiles: [] });
}

/** Gives it back the state that it had before it was made to stand still. */
export async function putBack(reach: Reach, end: End, state: string | null): Promise<void> {
  if (state === "RUNNING") await resume(reach, end);
  else if (state === "PAUSED") await reach.connect?.[end].pause(nameOf(reach, end));
}

function nameOf({ place }: Pick<Reach, "place">, end: End): string {
  const name = end === "source" ? place.sourceConnector : place.sinkConnector;
  if (name === undefined) throw notGiven(`the ${end}'s name`, `--${end} NAME`);
  return name;
}

function notKnownToStand(connector: string): Error {
  return usageError({
    code: "NOT_STOPPED",
    what: `without a REST interface it is not known whether ${connector} runs`,
    expected: "a connector that was stopped, or deleted, before its positions are moved",
    remedy: "stop it, and say so: --stopped",
  });
}
