import { type Random, seededRandom } from "#core/random.ts";
import type { Scenario } from "#run/scenario.ts";
import { type Choice, choices } from "./choices.ts";
import type { Plan, Strike } from "./plan.ts";

/** How many faults a plan has: one mostly, and none now and then, as something that needs no fault is the simplest find. */
const howMany = [0, 1, 1, 1, 1, 2, 2, 3] as const;

/** The writers' pace in every plan: slow enough for a fault to meet rows on their way. */
const operationsPerSecond = 100;

/** A fault comes when enough is under way, and so early that enough follows. */
const [earliest, latestPart] = [20, 0.7];

/** The plan of this number in the search of this seed: always the same one. */
export function drawPlan({ base, seed, number }: { base: Scenario; seed: number; number: number }): Plan {
  const random = seededRandom(`explore ${seed}/${number}`);
  const operations = random.int(150, 500);
  const all = choices(base);
  const strikes: Strike[] = [];
  for (let left = random.pick(howMany); left > 0; left--) {
    const taken = new Set(strikes.flatMap(({ on }) => on));
    const possible = all.filter(({ on }) => on.every((each) => !taken.has(each)));
    const chosen = pickWeighted(random, possible);
    if (chosen === undefined) break;
    strikes.push(chosen.draw(random, random.int(earliest, Math.floor(operations * latestPart))));
  }
  return {
    seed: random.int(0, 999_999),
    workload: { writers: random.int(1, 3), operationsPerSecond, until: { operations } },
    strikes: strikes.toSorted((left, right) => left.afterOperations - right.afterOperations),
  };
}

/** Undefined when nothing is possible any more. */
function pickWeighted(random: Random, possible: readonly Choice[]): Choice | undefined {
  const total = possible.reduce((sum, { weight }) => sum + weight, 0);
  let rest = (random.int(0, 999_999) / 1_000_000) * total;
  return possible.find(({ weight }) => (rest -= weight) < 0) ?? possible.at(-1);
}
