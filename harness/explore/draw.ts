import { invariant } from "#core/errors.ts";
import { type Random, seededRandom } from "#core/random.ts";
import type { Scenario } from "#run/scenario.ts";
import { type Choice, choices, type DrawState } from "./choices.ts";
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
    const state = { base, operations, taken: new Set(strikes.flatMap(({ on }) => on)) };
    const chosen = pickWeighted({ random, all, state });
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
function pickWeighted({
  random,
  all,
  state,
}: {
  random: Random;
  all: readonly Choice[];
  state: DrawState;
}): Choice | undefined {
  const weighed = all.map((choice) => ({ choice, weight: choice.weight(state) })).filter(({ weight }) => weight > 0);
  const total = weighed.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) return undefined;
  let rest = (random.int(0, 999_999) / 1_000_000) * total;
  for (const { choice, weight } of weighed) {
    rest -= weight;
    if (rest < 0) return choice;
  }
  const last = weighed.at(-1);
  invariant(last !== undefined, "a weight is left");
  return last.choice;
}
