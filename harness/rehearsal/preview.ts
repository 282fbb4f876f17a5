import { compare, type Difference, type Side } from "./compare.ts";
import type { ToldPipeline } from "./outcome.ts";
import type { Pair } from "./pairs.ts";
import { type Rehearsed, type RehearseOptions, rehearse } from "./rehearse.ts";
import { volatileColumns } from "./volatile.ts";

/** A pipeline to be tried, beside how it was before the change. */
export interface Planned {
  readonly pair: Pair;
  readonly old: Pair | undefined;
}

/** Sides of a change: a pipeline is the same one by its name, or as the only one. */
export function plan(fresh: readonly Pair[], old: readonly Pair[]): Planned[] {
  return fresh.map((pair) => {
    const same = old.find(({ name }) => name === pair.name);
    return { pair, old: same ?? (fresh.length === 1 && old.length === 1 ? old[0] : undefined) };
  });
}

export type Trying = Omit<RehearseOptions, "pair"> & { readonly preview: boolean };

/** Runs a pipeline; in a preview, first as it was, with the same seed. Each run has a stack of its own: names are the same. */
export async function tryOut({ pair, old }: Planned, { preview, ...how }: Trying): Promise<ToldPipeline> {
  const before = preview && old !== undefined ? await rehearse({ ...how, pair: old }) : undefined;
  const run = await rehearse({ ...how, pair });
  if (!preview) return { run, old: undefined, differences: undefined };
  if (before === undefined || old === undefined) return { run, old: undefined, differences: [] };
  return { run, old: before, differences: differences({ pair, run }, { pair: old, run: before }) };
}

interface Ran {
  readonly pair: Pair;
  readonly run: Rehearsed;
}

export function differences(fresh: Ran, old: Ran): Difference[] {
  const views = [old, fresh].flatMap(({ pair }) => [pair.source, pair.sink]);
  return compare(sideOf(old.run), sideOf(fresh.run), volatileColumns(views));
}

function sideOf({ behaviour, verdict, notTried, rejected }: Rehearsed): Side {
  return { behaviour, verdict, refused: [...notTried, ...rejected.slice(0, 1)] };
}
