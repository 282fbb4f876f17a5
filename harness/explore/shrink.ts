import type { Plan, Strike } from "./plan.ts";

export interface Shrinking {
  readonly plan: Plan;
  /** Runs a smaller plan and says whether it fails in the same way. */
  readonly fails: (plan: Plan) => Promise<boolean>;
  /** Enough is enough: the budget is used up. */
  readonly over: () => boolean;
}

/**
 * The smallest plan that still fails: whatever can be left out is left out, the most first, until nothing can. A plan that
 * fails by chance alone may be kept larger than it need be, never smaller than what failed.
 */
export async function shrink({ plan, fails, over }: Shrinking): Promise<Plan> {
  let smallest = plan;
  let candidates = smaller(smallest);
  for (let next = candidates.shift(); next !== undefined && !over(); next = candidates.shift()) {
    if (!(await fails(next))) continue;
    smallest = next;
    candidates = smaller(smallest);
  }
  return smallest;
}

/** Plans with less in them, the smallest first: no fault, one fault each, one fault fewer, fewer writers, fewer changes. */
export function smaller(plan: Plan): Plan[] {
  const { strikes, workload } = plan;
  const subsets: (readonly Strike[])[] = [
    ...(strikes.length > 0 ? [[]] : []),
    ...(strikes.length > 1 ? strikes.map((strike) => [strike]) : []),
    ...(strikes.length > 2 ? strikes.map((strike) => strikes.filter((each) => each !== strike)) : []),
  ];
  return [
    ...subsets.map((some) => ({ ...plan, strikes: some })),
    ...(workload.writers > 1 ? [{ ...plan, workload: { ...workload, writers: 1 } }] : []),
    ...fewerOperations(plan),
  ];
}

/** A fault that strikes after the last row change would never strike. */
function fewerOperations({ workload, strikes, ...plan }: Plan): Plan[] {
  const { operations = 0 } = workload.until;
  const needed = Math.max(minimum, ...strikes.map(({ afterOperations }) => afterOperations + margin));
  const fewer = Math.max(needed, Math.floor(operations / 2));
  return fewer >= operations
    ? []
    : [{ ...plan, strikes, workload: { ...workload, until: { ...workload.until, operations: fewer } } }];
}

const [minimum, margin] = [20, 20];
