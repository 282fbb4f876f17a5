import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stopwatch } from "#core/clock.ts";
import { pause } from "#core/deadline.ts";
import { machine, spread } from "./running.ts";

// kill -9 of the harness at 20 moments of the default scenario: how long until no server process is left?
const state = mkdtempSync(join(tmpdir(), "floe-kills-"));
const stacks = new Set<string>();
const leftMs: number[] = [];
console.log(machine());
for (let number = 0; number < 20; number++) {
  const afterMs = 300 + number * 600;
  const harness = spawn("./floe", ["scenario", "--runs", join(state, "runs")], {
    stdio: "ignore",
    env: { ...process.env, FLOE_STATE: state },
  });
  await pause(afterMs);
  const servers = marked().length;
  harness.kill("SIGKILL");
  await once(harness, "exit");
  const elapsed = stopwatch();
  while (marked().length > 0 && elapsed() < 10_000) await pause(25);
  leftMs.push(elapsed());
  console.log(
    `killed after ${afterMs} ms with ${servers} processes: ${marked().length} left after ${Math.round(elapsed())} ms`,
  );
}
console.log(`until nothing was left: ${spread(leftMs, 0)} ms`);
process.exit(Math.max(...leftMs) < 5_000 ? 0 : 1);

/** Processes that carry the mark of one of this bench's stacks in their environment. */
function marked(): string[] {
  const folder = join(state, "stacks");
  for (const id of existsSync(folder) ? readdirSync(folder) : []) stacks.add(id);
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => [...stacks].some((id) => readEnvironment(pid).includes(`FLOE_STACK=${id}`)));
}

function readEnvironment(pid: string): string {
  try {
    return readFileSync(join("/proc", pid, "environ"), "utf8");
  } catch {
    return "";
  }
}
