import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stopwatch } from "#core/clock.ts";
import type { RunVerdict } from "#core/verdict.ts";
import { machine, spread } from "./running.ts";

// The default scenario on both runtimes, in turns, images present: node bench/runtimes.ts [runs]
const runs = Number(process.argv[2] ?? 5);
const place = mkdtempSync(join(tmpdir(), "floe-runtimes-"));
const env = { ...process.env, FLOE_STATE: place };
const runtimes = ["native", "docker"] as const;
const figures = { native: figuresOf(), docker: figuresOf() };

console.log(machine());
for (const runtime of runtimes) spawnSync("./floe", ["setup", "--runtime", runtime], { env });
for (let number = 0; number < runs; number++) for (const runtime of runtimes) measure(runtime);
for (const runtime of runtimes) {
  const { verdicts, readyS, verdictS, wholeS } = figures[runtime];
  console.log(
    `${runtime.padEnd(6)} ${verdicts.length} runs: ${[...new Set(verdicts)].join(", ")}; stack ready ${spread(readyS)} s, ` +
      `verdict ${spread(verdictS)} s, start to exit ${spread(wholeS)} s`,
  );
}
process.exit(runtimes.every((runtime) => figures[runtime].verdicts.every((verdict) => verdict === "valid")) ? 0 : 1);

function measure(runtime: (typeof runtimes)[number]): void {
  const elapsed = stopwatch();
  const args = ["scenario", "--json", "--runtime", runtime, "--seed", "7", "--runs", join(place, "runs")];
  const { stdout } = spawnSync("./floe", args, { env, encoding: "utf8" });
  const { verdict, timings }: RunVerdict = JSON.parse(stdout);
  const of = figures[runtime];
  of.wholeS.push(elapsed() / 1_000);
  of.readyS.push(timings.stackReadyMs / 1_000);
  of.verdictS.push((timings.totalMs - timings.disposeMs) / 1_000);
  of.verdicts.push(verdict);
}

function figuresOf(): { readyS: number[]; verdictS: number[]; wholeS: number[]; verdicts: string[] } {
  return { readyS: [], verdictS: [], wholeS: [], verdicts: [] };
}
