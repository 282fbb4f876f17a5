import { appendFileSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { wallNowMs } from "#core/clock.ts";
import { isAlive, ownIdentity, type StackProcess } from "./processes.ts";

/**
 * What is written about a stack while it runs, in `<state>/<stack id>/`: `stack.json` (record.ts), `processes`, and one
 * `lease-…` file for each harness that uses it. Read by the reaper too, which is why nothing here needs more than Node.
 */

/** Appends a server's process to the list: whoever starts one may do so, and no write can undo another's. */
export function noteProcess(stackDir: string, { server, pid, startTime }: StackProcess): void {
  appendFileSync(join(stackDir, "processes"), `${server} ${pid} ${startTime}\n`, { mode: 0o600 });
}

/** Every process that was noted, the latest last; most of them may be gone. */
export function notedProcesses(stackDir: string): StackProcess[] {
  return linesOf(join(stackDir, "processes")).flatMap((line) => {
    const [server = "", pid = "", ...startTime] = line.split(" ");
    return Number(pid) > 1 ? [{ server, pid: Number(pid), startTime: startTime.join(" ") }] : [];
  });
}

/** Says that this process uses the stack, until disposed. Several may. */
export function takeLease(stackDir: string): Lease {
  const { pid, startTime } = ownIdentity();
  const file = join(stackDir, `lease-${pid}`);
  writeFileSync(file, startTime, { mode: 0o600 });
  return {
    touch: () => utimesSync(file, wallNowMs() / 1_000, wallNowMs() / 1_000),
    [Symbol.dispose]: () => rmSync(file, { force: true }),
  };
}

export interface Lease extends Disposable {
  touch(): void;
}

/** How a stack is used: by living processes, and when last. Undefined when its folder is gone. */
export function stackUse(stackDir: string): { readonly users: number; readonly lastUsedMs: number } | undefined {
  try {
    const leases = readdirSync(stackDir).filter((name) => name.startsWith("lease-"));
    const living = leases.filter((name) => {
      return isAlive({ pid: Number(name.slice(6)), startTime: readFileSync(join(stackDir, name), "utf8") });
    });
    // The folder's own time moves when a lease is taken or given back.
    const touched = [stackDir, ...leases.map((name) => join(stackDir, name))].map((path) => statSync(path).mtimeMs);
    return { users: living.length, lastUsedMs: Math.max(...touched) };
  } catch {
    return undefined;
  }
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n");
  } catch {
    return [];
  }
}
