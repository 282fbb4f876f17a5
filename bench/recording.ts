import type { Stamped } from "#core/history.ts";
import { employees } from "#fixtures/employees/employees.ts";
import { mixed } from "#fixtures/workloads.ts";
import { defineScenario } from "#run/scenario.ts";
import { type Measured, machine, measureRun, median } from "./running.ts";

// What reading the topics while they grow costs a stream of 1,000 changes a second: pairs of runs, one that reads them as
// they come and one that reads them when the act is over. node bench/recording.ts [pairs]
const [pairs = 3] = process.argv.slice(2).map(Number);
const [rate, seconds] = [1_000, 40];

console.log(machine());
const ratios: number[] = [];
for (let pair = 1; pair <= pairs; pair++) {
  const lags = { live: 0, afterwards: 0 };
  // The order turns about: a machine that grows slower must not speak for one side.
  for (const recordTopics of pair % 2 === 0 ? (["live", "afterwards"] as const) : (["afterwards", "live"] as const)) {
    const told = await measureRun(
      defineScenario({
        story: `${rate} row changes a second, topics read ${recordTopics}.`,
        source: employees(),
        workload: mixed({ writers: 2, operationsPerSecond: rate, seconds }),
        settleWithinMs: 300_000,
      }),
      { recordTopics },
    );
    lags[recordTopics] = medianLag(told);
    console.log(
      `${pair} ${recordTopics}: ${told.verdict.verdict}, median lag ${lags[recordTopics]} rows, checked in ${told.verdict.timings.checkMs} ms`,
    );
  }
  ratios.push(lags.live / lags.afterwards);
}
console.log(
  `lag while recording, as a ratio: ${ratios.map((ratio) => ratio.toFixed(2)).join(", ")}; median ${median(ratios).toFixed(2)}`,
);
process.exit(0);

/** Rows that MySQL has and the lake has not, from ten seconds after the first write on. */
function medianLag({ events }: Measured): number {
  const began = events.find((event) => event.type === "phase-began" && event.phase === "act")?.monoMs ?? 0;
  const ended = events.find((event) => event.type === "phase-ended" && event.phase === "act")?.monoMs ?? 0;
  const during = events.filter(
    (event): event is Extract<Stamped, { type: "rows" }> =>
      event.type === "rows" && event.monoMs > began + 10_000 && event.monoMs < ended,
  );
  return median(during.map(({ rows }) => rows.mysql - rows.lake));
}
