import { readdirSync, readFileSync } from "node:fs";
import { startTimeByPs } from "#process/ps.ts";

/** What every process of a stack carries in its environment, so that it is found even when nobody wrote its id down. */
export const stackMark = "FLOE_STACK";
/** Which server of the stack it belongs to. */
export const serverMark = "FLOE_SERVER";

/** A process that can't be mistaken for a later one with the same id. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks after boot, from /proc; on a system without it a date, from `ps`. */
  readonly startTime: string;
}

export interface StackProcess extends ProcessIdentity {
  readonly server: string;
}

export const ownIdentity = (): ProcessIdentity => identityOf(process.pid) ?? { pid: process.pid, startTime: "" };

/** Who runs under this id now; a zombie counts as gone. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const startTime = hasProc ? livingStat(pid)?.startTime : startTimeByPs(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  return identityOf(pid)?.startTime === startTime;
}

/** Every living process that carries the stack's mark, this one aside. Empty on a system without /proc. */
export function markedProcesses(stackId: string): StackProcess[] {
  if (!hasProc) return [];
  const marked: StackProcess[] = [];
  for (const entry of readdirSync("/proc")) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const environment = environmentOf(pid);
    if (!environment.includes(`${stackMark}=${stackId}`)) continue;
    const identity = identityOf(pid);
    if (identity === undefined) continue;
    const server = environment.find((line) => line.startsWith(`${serverMark}=`))?.slice(serverMark.length + 1) ?? "";
    marked.push({ ...identity, server });
  }
  return marked;
}

/** The process group of a process, while it lives. */
export function groupOf(pid: number): number | undefined {
  return statOf(pid)?.group;
}

/** A process's proportional share of memory in KiB; 0 where the system does not tell. */
export function proportionalKiB(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(readProc(`${pid}/smaps_rollup`) ?? "")?.[1] ?? 0);
}

const hasProc = readProc("self/stat") !== undefined;

function livingStat(pid: number): Stat | undefined {
  const stat = statOf(pid);
  return stat?.state === "Z" || stat?.state === "X" ? undefined : stat;
}

interface Stat {
  readonly state: string;
  readonly group: number;
  readonly startTime: string;
}

/** The program's name, in brackets, may hold blanks and brackets: the fields are counted from the last one. */
function statOf(pid: number): Stat | undefined {
  const text = readProc(`${pid}/stat`);
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", group: Number(fields[2]), startTime: fields[19] ?? "" };
}

function environmentOf(pid: number): readonly string[] {
  return readProc(`${pid}/environ`)?.split("\0") ?? [];
}

/** Undefined when the process is gone or another user's. */
function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, "latin1");
  } catch {
    return undefined;
  }
}
