import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { monotonicMs } from "#core/clock.ts";
import { pause } from "#core/deadline.ts";
import { environmentError } from "#core/errors.ts";
import { connectEngine, type Engine } from "./engine.ts";
import { machineLabel, recordLabel, serverLabel, stackLabel } from "./labels.ts";

/** The engine goes on making a container after its client was killed; in this time it has become visible. */
const quietMs = 1_500;
const giveUpMs = 15_000;

/** Removes every container and network of a stack, and gives the names of the servers that ran. Data goes with them. */
export async function removeStack(stackId: string, options: { quietMs: number } = { quietMs }): Promise<string[]> {
  const engine = await connectEngine();
  const ended = new Set<string>();
  const startedMs = monotonicMs();
  for (let quietSinceMs = startedMs; ; await pause(50)) {
    const left = await removeOnce(engine, stackId, ended);
    if (left > 0) quietSinceMs = monotonicMs();
    else if (monotonicMs() - quietSinceMs >= options.quietMs) return [...ended];
    if (monotonicMs() - startedMs > giveUpMs) throw notRemoved(stackId, left);
  }
}

/** The servers of a stack whose containers run; a paused one counts. */
export async function runningContainers(stackId: string): Promise<string[]> {
  const containers = await containersOf(await connectEngine(), `${stackLabel}=${stackId}`);
  return containers.filter(({ State }) => isRunning(State)).map(({ Labels }) => Labels[serverLabel] ?? "");
}

/** Removes stacks of this machine that nobody has written down any more. Gives their ids. */
export async function removeForgotten(): Promise<string[]> {
  const engine = await connectEngine();
  const all = await containersOf(engine, `${machineLabel}=${hostname()}`);
  const forgotten = all.filter(({ Labels }) => !existsSync(Labels[recordLabel] ?? "/"));
  const stackIds = [...new Set(forgotten.map(({ Labels }) => Labels[stackLabel] ?? ""))];
  for (const stackId of stackIds) await removeStack(stackId, { quietMs: 0 });
  return stackIds;
}

function containersOf({ docker }: Engine, label: string) {
  return docker.listContainers({ all: true, filters: { label: [label] } });
}

const isRunning = (state: string) => state === "running" || state === "paused";

/** One look, and the removal of what it found. Networks go last: they are held by their containers. */
async function removeOnce(engine: Engine, stackId: string, ended: Set<string>): Promise<number> {
  const containers = await containersOf(engine, `${stackLabel}=${stackId}`);
  for (const { State, Labels } of containers) if (isRunning(State)) ended.add(Labels[serverLabel] ?? "");
  await Promise.allSettled(containers.map(({ Id }) => engine.docker.getContainer(Id).remove({ force: true, v: true })));
  const networks = await engine.docker.listNetworks({ filters: { label: [`${stackLabel}=${stackId}`] } });
  await Promise.allSettled(networks.map(({ Id }) => engine.docker.getNetwork(Id).remove()));
  return containers.length + networks.length;
}

function notRemoved(stackId: string, left: number): Error {
  return environmentError({
    code: "NOT_REMOVED",
    what: `the container engine does not remove stack ${stackId}`,
    got: `${left} containers or networks are left`,
    remedy: `docker ps -a --filter label=${stackLabel}=${stackId}`,
  });
}
