import { appendFileSync } from "node:fs";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { wallNowMs } from "#core/clock.ts";
import { pause } from "#core/deadline.ts";
import { messageOf } from "#core/errors.ts";
import { endStack, livingProcesses, runningServers } from "./ending.ts";
import { stackUse } from "./stack-folder.ts";

/**
 * A program of its own, started before the first server, in its own session: `reaper.ts <stack folder> <data folder>
 * <log file> <runtime>`. Standard input is a pipe from the harness; when it closes, the harness is gone, however it went, and the
 * stack is ended. Lines on the pipe: `done` (the harness has cleared up itself), `keep <idle ms>` (from now on, a
 * harness that goes is no reason to end: only SIGTERM, or that long without use, is).
 */
const [stackDir = "", dataDir = "", logFile = "", runtimeName] = process.argv.slice(2);
const runtime = runtimeName === "docker" ? "docker" : "native";
let ending = false;

await watch();

async function watch(): Promise<void> {
  process.on("SIGTERM", () => void end("asked to"));
  for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);
  process.stdout.on("error", () => undefined);
  process.stdout.write("ready\n");
  let idleMs: number | undefined;
  for await (const line of createInterface({ input: process.stdin })) {
    const [order, amount] = line.split(" ");
    if (order === "done") {
      process.stdin.destroy();
      return;
    }
    if (order !== "keep") continue;
    idleMs = Number(amount);
    process.stdout.write("kept\n");
  }
  await end(idleMs === undefined ? "its harness is gone" : await noLongerWanted(idleMs));
}

/** Resolves with the reason when a kept stack has been idle for too long, is dead, or was cleared by somebody else. */
async function noLongerWanted(idleMs: number): Promise<string> {
  let lastUsedMs = wallNowMs();
  for (;;) {
    const use = stackUse(stackDir);
    if (use === undefined) return "its record is gone";
    lastUsedMs = Math.max(lastUsedMs, use.users > 0 ? wallNowMs() : use.lastUsedMs);
    if (wallNowMs() - lastUsedMs >= idleMs) return `nobody used it for ${Math.round(idleMs / 1_000)} s`;
    if (use.users === 0 && !(await lives())) return "all its servers are gone";
    await pause(Math.min(5_000, Math.max(20, idleMs / 10)));
  }
}

async function lives(): Promise<boolean> {
  if (runtime === "native") return livingProcesses(stackDir).length > 0;
  try {
    return (await runningServers({ stackDir, runtime })).length > 0;
  } catch {
    // An engine that does not answer says nothing about its containers.
    return true;
  }
}

async function end(because: string): Promise<void> {
  if (ending) return;
  ending = true;
  try {
    const killed = await endStack({ stackDir, dataDir, runtime });
    note(`stack ${basename(stackDir)} ended: ${because}; killed: ${killed.join(", ") || "nothing"}`);
  } catch (error) {
    note(`stack ${basename(stackDir)} could not be ended: ${messageOf(error)}`);
  }
}

function note(text: string): void {
  try {
    appendFileSync(logFile, `${new Date(wallNowMs()).toISOString()} ${text}\n`);
  } catch {
    // The run folder was removed: there is nowhere left to tell.
  }
}
