import { monotonicMs } from "#core/clock.ts";
import type { Stamped } from "#core/history.ts";
import { topicOf } from "#core/pipeline-spec.ts";
import { employees } from "#fixtures/employees/employees.ts";
import { mixed } from "#fixtures/workloads.ts";
import type { FaultContext } from "#run/context.ts";
import type { Fault } from "#run/fault.ts";
import { defineScenario } from "#run/scenario.ts";
import { storedTotals } from "#stages/object-store/progress.ts";
import { type Measured, machine, measureRun } from "./running.ts";

// Row changes at a fixed rate for a minute: does the lake keep up, and what does it cost? node bench/sustained.ts [rates]
const rates = process.argv.slice(2).map(Number);
const seconds = 60;
const storeLinks = ["sink->object-store", "catalog->object-store"] as const;

console.log(machine());
for (const rate of rates.length > 0 ? rates : [1_000, 2_000]) {
  const after: string[] = [];
  const told = await measureRun(
    defineScenario({
      story: `${rate} row changes a second for ${seconds} s.`,
      source: employees(),
      workload: mixed({ writers: 2, operationsPerSecond: rate, seconds }),
      faults: [lookAround(after)],
      checks: [],
      settleWithinMs: 300_000,
    }),
  );
  console.log(`${rate}/s: ${told.verdict.verdict}, ${lagText(told, rate)}; ${after.join("; ")}`);
}
process.exit(0);

/** Counts files, snapshots and objects at the end of the minute. */
function lookAround(lines: string[]): Fault {
  return {
    label: "look around",
    when: { atMs: 10_000 },
    links: storeLinks,
    inject: async (context) => {
      const before = requests(context);
      const began = monotonicMs();
      return {
        healAfterMs: (seconds - 12) * 1_000,
        heal: async () => {
          const perMinute = ((requests(context) - before) / (monotonicMs() - began)) * 60_000;
          lines.push(`${await counts(context)}, ${Math.round(perMinute)} S3 requests a minute`);
        },
        proof: async () => "looked",
      };
    },
  };
}

function requests({ stack }: FaultContext): number {
  return storeLinks.reduce((sum, link) => sum + stack.links.proxyOf(link).requests(), 0);
}

async function counts({ clients, pipeline: { spec } }: FaultContext): Promise<string> {
  let snapshots = 0;
  for (const table of spec.tables) {
    snapshots += (await clients.catalog.table({ namespace: spec.names.namespace, table }))?.snapshots.length ?? 0;
  }
  const stored = await storedTotals(clients.objectStore, "");
  const records = await clients.kafka.endOffsets(topicOf(spec, "salaries"));
  return `${snapshots} snapshots, ${stored.dataFiles} data files, ${stored.objects} objects (${[...records.values()].join("+")} offsets in salaries)`;
}

/** Rows that MySQL has and the lake does not, in rows and as time at this rate, while the writers wrote. */
function lagText({ events }: Measured, rate: number): string {
  const began = events.find((event) => event.type === "phase-began" && event.phase === "act")?.monoMs ?? 0;
  const ended = events.find((event) => event.type === "phase-ended" && event.phase === "act")?.monoMs ?? 0;
  // The initial snapshot's rows are still on their way when the writers begin: its backlog is none of theirs.
  const during = events.filter(
    (event): event is Extract<Stamped, { type: "rows" }> =>
      event.type === "rows" && event.monoMs > began + 10_000 && event.monoMs < ended,
  );
  const lags = during.map(({ rows }) => rows.mysql - rows.lake);
  const half = lags.slice(Math.floor(lags.length / 2));
  const acknowledged = (during.at(-1)?.rows.mysql ?? 0) - (during[0]?.rows.mysql ?? 0);
  const measuredRate = acknowledged / Math.max(1, ((during.at(-1)?.monoMs ?? 0) - (during[0]?.monoMs ?? 0)) / 1_000);
  const settled = events.find((event) => event.type === "phase-ended" && event.phase === "settle");
  return `really ${Math.round(measuredRate)}/s, greatest lag ${Math.max(...lags)} rows (${(Math.max(...lags) / rate).toFixed(1)} s), second half's ${Math.max(...half)}, final ${lags.at(-1)} (${((lags.at(-1) ?? 0) / rate).toFixed(1)} s), settled ${settled?.type === "phase-ended" ? settled.ms : "?"} ms after the last`;
}
