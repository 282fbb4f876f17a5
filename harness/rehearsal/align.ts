import type { SeenRow } from "./behaviour.ts";

/** Rows of two runs that tell the same change. One side is missing where only one run has it. */
export type Aligned =
  | { readonly old: SeenRow; readonly new: SeenRow }
  | { readonly old: SeenRow; readonly new?: undefined }
  | { readonly old?: undefined; readonly new: SeenRow };

export interface Sides {
  readonly old: readonly SeenRow[];
  readonly new: readonly SeenRow[];
}

/**
 * By the operation's number, where both runs say which one a row tells; else by key, equal rows first, the rest in order.
 * `same` says whether two rows are equal.
 */
export function align(sides: Sides, same: (old: SeenRow, fresh: SeenRow) => boolean): Aligned[] {
  const known = [...sides.old, ...sides.new].every(({ of }) => of !== undefined);
  const identity = known ? byOperation : ({ key }: SeenRow) => key;
  const [old, fresh] = [Map.groupBy(sides.old, identity), Map.groupBy(sides.new, identity)];
  const ids = [...new Set([...old.keys(), ...fresh.keys()])];
  return ids.flatMap((id) => pairUp({ old: old.get(id) ?? [], new: fresh.get(id) ?? [] }, same));
}

function byOperation({ of }: SeenRow): string {
  if (of === undefined) return "";
  return "snapshot" in of ? `snapshot ${of.snapshot}` : `operation ${of.operation}`;
}

function pairUp(sides: Sides, same: (old: SeenRow, fresh: SeenRow) => boolean): Aligned[] {
  const left = [...sides.new];
  const unmatched: SeenRow[] = [];
  const equal: Aligned[] = [];
  for (const row of sides.old) {
    const at = left.findIndex((other) => same(row, other));
    const [match] = at === -1 ? [] : left.splice(at, 1);
    if (match === undefined) unmatched.push(row);
    else equal.push({ old: row, new: match });
  }
  const rest = unmatched.map((row): Aligned => {
    const other = left.shift();
    return other === undefined ? { old: row } : { old: row, new: other };
  });
  return [...equal, ...rest, ...left.map((row) => ({ new: row }))];
}
