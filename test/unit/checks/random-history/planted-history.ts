import * as fc from "fast-check";
import { exactHistory, type HistoryOptions } from "./exact-history.ts";
import type { Garden, Planted } from "./garden.ts";
import type { Choose } from "./places.ts";
import { type Grown, type PlantName, plants } from "./plants.ts";
import type { World } from "./world.ts";

/** An exact history, and what it has become. */
export interface PlantedHistory {
  readonly exact: World;
  readonly world: World;
  readonly planted: readonly Planted[];
}

/** Random histories with up to three random plants, each on keys of its own. */
export function plantedHistory({ transactions = 8 }: HistoryOptions = {}): fc.Arbitrary<PlantedHistory> {
  const names = Object.keys(plants) as PlantName[];
  const wish = fc.record({
    name: fc.constantFrom(...names),
    choices: fc.array(fc.nat(), { minLength: 4, maxLength: 4 }),
  });
  return fc
    .tuple(exactHistory({ transactions, certain: true }), fc.array(wish, { maxLength: 3 }))
    .map(([exact, wishes]) => plantAll(exact, wishes));
}

export interface Wish {
  readonly name: PlantName;
  /** Which of several places is taken, one number for each choice. */
  readonly choices: readonly number[];
}

/** Plants one after the other; what finds no place is left out. */
export function plantAll(exact: World, wishes: readonly Wish[]): PlantedHistory {
  let garden: Garden = { exact, world: exact, taken: new Set(), moved: new Set() };
  const planted: Planted[] = [];
  for (const { name, choices } of wishes) {
    const grown: Grown | undefined = plants[name](garden, chooserOf(choices));
    if (grown === undefined) continue;
    planted.push(grown.planted);
    const taken = new Set([...garden.taken, ...grown.ids]);
    const moved = new Set([...garden.moved, ...(grown.moved === undefined ? [] : [grown.moved])]);
    garden = { exact, world: grown.world, taken, moved };
  }
  return { exact, world: garden.world, planted };
}

function chooserOf(choices: readonly number[]): Choose {
  let turn = 0;
  return (from) => from[(choices[turn++ % choices.length] ?? 0) % Math.max(1, from.length)];
}
