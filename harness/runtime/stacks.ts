import { deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import { environmentError, type FloeError, messageOf } from "#core/errors.ts";
import { endStack, removeFolder, runningServers, type StackPaths } from "./ending.ts";
import { isAlive } from "./processes.ts";
import { dataDirOf, readRecord, type StackRecord, stackDirOf, stackIds } from "./record.ts";
import { stackUse } from "./stack-folder.ts";

/** A stack as `floe status` shows it. */
export interface StackState {
  readonly record: StackRecord;
  /** `running` under its harness, `kept` and well, or `left`: nobody looks after it, or a kept one's servers died. */
  readonly condition: "running" | "kept" | "left";
  readonly deadServers: readonly string[];
  /** Harnesses that use it now. */
  readonly users: number;
  readonly lastUsedMs: number;
}

export interface Cleared {
  readonly stackId: string;
  readonly because: string;
  readonly killed: readonly string[];
  /** Why it could not be ended: its engine does not answer. The next start tries again. */
  readonly failed?: string;
}

/** Every stack that is written down and can be read. */
export async function listStacks({ stateDir }: { stateDir: string }): Promise<StackState[]> {
  const stacks = stackIds(stateDir).map(async (stackId) => {
    const stackDir = stackDirOf({ stateDir, stackId });
    const record = readable(stackDir);
    return record === undefined ? [] : [await stateOf(stackDir, record)];
  });
  return (await Promise.all(stacks)).flat();
}

/** Ends what earlier crashes left. To be called at each start; stacks in use and stacks kept and well are left alone. */
export async function clearLeftovers({ stateDir }: { stateDir: string }): Promise<Cleared[]> {
  const cleared: Cleared[] = [];
  for (const stackId of stackIds(stateDir)) {
    const stackDir = stackDirOf({ stateDir, stackId });
    const record = readable(stackDir);
    const because = record === undefined ? "its record cannot be read" : reasonToClear(await stateOf(stackDir, record));
    if (because === undefined) continue;
    // Its folder is unknown without a record; what was started under its mark is found all the same.
    const dataDir = record === undefined ? stackDir : dataDirOf(record.folder);
    cleared.push({ stackId, because, ...(await ended({ stackDir, dataDir, runtime: record?.runtime })) });
  }
  return cleared;
}

/** An engine that is down keeps nobody from starting something else. */
async function ended(paths: StackPaths): Promise<Pick<Cleared, "killed" | "failed">> {
  try {
    return { killed: await endStack(paths) };
  } catch (error) {
    if (paths.runtime !== "docker") throw error;
    return { killed: [], failed: messageOf(error) };
  }
}

/** Ends a stack, kept or not: its keeper does it, or we do when the keeper is gone. Returns when nothing is left. */
export async function downStack({ stateDir, record }: { stateDir: string; record: StackRecord }): Promise<void> {
  const stackDir = stackDirOf({ stateDir, stackId: record.stackId });
  const { reaper, runtime } = record;
  const paths = { stackDir, dataDir: dataDirOf(record.folder), runtime };
  if (reaper === undefined || !isAlive(reaper)) {
    await endStack(paths);
    return;
  }
  process.kill(reaper.pid, "SIGTERM");
  await poll({
    what: `stack ${record.stackId} to end`,
    deadline: deadlineIn(30_000),
    look: async () => {
      if (readable(stackDir) === undefined) return seen(undefined);
      // A keeper that died just now looked alive a moment ago, and does nothing any more.
      if (!isAlive(reaper)) await endStack(paths);
      return notYet("its record is still there");
    },
    remedy: "run ./floe down again; the keeper's own log is the evidence",
    evidence: () => [`${record.folder}/logs/reaper.log`],
  });
  await removeFolder(stackDir);
}

async function stateOf(stackDir: string, record: StackRecord): Promise<StackState> {
  const use = stackUse(stackDir) ?? { users: 0, lastUsedMs: 0 };
  const dead = record.kept ? await deadServers({ stackDir, record }) : [];
  const guarded = record.reaper !== undefined && isAlive(record.reaper);
  const well = record.kept ? guarded && dead.length === 0 : guarded || isAlive(record.harness);
  const condition = well ? (record.kept ? "kept" : "running") : "left";
  return { record, condition, deadServers: dead, ...use };
}

/** Servers of a stack that should run and don't; all of them where the engine does not answer. */
export async function deadServers({ stackDir, record }: { stackDir: string; record: StackRecord }): Promise<string[]> {
  const { runtime } = record;
  const running = await runningServers({ stackDir, runtime }).catch((): string[] => []);
  return record.servers.map(({ name }) => name).filter((name) => !running.includes(name));
}

function reasonToClear({ record, condition, deadServers, users }: StackState): string | undefined {
  // A kept stack whose server died under a fault of a run that still uses it is that run's to repair.
  if (condition !== "left" || users > 0) return undefined;
  if (deadServers.length > 0) return `kept, but dead: ${deadServers.join(", ")}`;
  return record.kept ? "kept, but its keeper is gone" : "its harness and its reaper are gone";
}

function readable(stackDir: string): StackRecord | undefined {
  try {
    return readRecord(stackDir);
  } catch {
    return undefined;
  }
}

export function stackBroken(record: StackRecord, got: string): FloeError {
  return environmentError({
    code: "KEPT_STACK_BROKEN",
    what: `the kept stack ${record.stackId} can't be used`,
    expected: `running: ${record.servers.map(({ name }) => name).join(", ")}`,
    got,
    remedy: "run ./floe down, then start again: a new stack will be made",
    evidence: [`${record.folder}/logs`],
  });
}
