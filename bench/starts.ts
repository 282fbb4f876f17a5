import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stopwatch } from "#core/clock.ts";
import type { RunVerdict } from "#core/verdict.ts";
import { machine, spread } from "./running.ts";

// The main job from start to exit, as a user starts it: node bench/starts.ts [runs] [--keep]
const runs = Number(process.argv[2] ?? 5);
const keep = process.argv.includes("--keep");
const place = mkdtempSync(join(tmpdir(), "floe-starts-"));
const env = { ...process.env, FLOE_STATE: place };
const [wholeS, readyS, besidesS]: [number[], number[], number[]] = [[], [], []];
const verdicts: string[] = [];

console.log(machine());
if (keep) spawnSync("./floe", ["scenario", "--keep", "--runs", join(place, "runs")], { env });
for (let number = 0; number < runs; number++) {
  const elapsed = stopwatch();
  const { stdout } = spawnSync(
    "./floe",
    ["scenario", "--json", ...(keep ? ["--keep"] : []), "--runs", join(place, "runs")],
    { env, encoding: "utf8" },
  );
  wholeS.push(elapsed() / 1_000);
  const verdict: RunVerdict = JSON.parse(stdout);
  const { totalMs, stackReadyMs, seedMs, actMs, settleMs } = verdict.timings;
  readyS.push(stackReadyMs / 1_000);
  besidesS.push((totalMs - seedMs - actMs - settleMs) / 1_000);
  verdicts.push(verdict.verdict);
}
console.log(`${verdicts.length} runs${keep ? " on a kept stack" : ""}: ${[...new Set(verdicts)].join(", ")}`);
console.log(`start to exit: ${spread(wholeS)} s; stack ready: ${spread(readyS)} s`);
console.log(`neither seeding, acting nor settling: ${spread(besidesS)} s`);
if (keep) console.log(`memory of the kept stack: ${memoryMiB()}`);
if (keep) spawnSync("./floe", ["down", "--runs", join(place, "runs")], { env });
process.exit(verdicts.every((verdict) => verdict === "valid") ? 0 : 1);

/** The sum of the proportional set sizes of the stack's processes. */
function memoryMiB(): string {
  const [id = "none"] = readdirSync(join(place, "stacks"));
  const sizes = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => sizeOf(pid, id));
  return `${Math.round(sizes.reduce((sum, kib) => sum + kib, 0) / 1024)} MiB (sum of PSS, ${sizes.length} processes)`;
}

function sizeOf(pid: string, id: string): number[] {
  try {
    if (!readFileSync(`/proc/${pid}/environ`, "utf8").includes(`FLOE_STACK=${id}`)) return [];
    return [Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0)];
  } catch {
    return [];
  }
}
