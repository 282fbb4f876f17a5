import { availableParallelism, totalmem } from "node:os";
import { stackPlan } from "./plan.ts";
import type { RunRequest } from "./runner.ts";
import { proxiedLinks } from "./scenario.ts";
import { StackPool } from "./stack-pool.ts";

/** A run that is still to be listened to. */
export type Unheard = Omit<RunRequest, "listen">;

export interface BatchOptions<Request extends Unheard, Told> {
  readonly requests: readonly Request[];
  /** How many at once. */
  readonly jobs: number;
  /** Nothing more is begun once it has fired. */
  readonly signal: AbortSignal;
  readonly run: (request: Request) => Promise<Told>;
}

/**
 * Runs several scenarios, so many at once. Those that ask for the same servers share a pool of stacks, which ends with the
 * last of them; one that has to recover in time runs when no other does. Gives what came of them in the order in which they
 * were asked for.
 */
export async function runBatch<Request extends Unheard, Told>({
  requests,
  jobs,
  signal,
  run,
}: BatchOptions<Request, Told>): Promise<Told[]> {
  const groups = groupsOf(requests);
  const all = groups.flatMap((group) => group.requests.map((request) => ({ group, request })));
  const [timed, untimed] = [all.filter(isTimed), all.filter((each) => !isTimed(each))];
  const told = new Map<Request, { outcome: Told }>();
  const lane = async (waiting: typeof all) => {
    for (let next = waiting.shift(); next !== undefined && !signal.aborted; next = waiting.shift()) {
      const { group, request } = next;
      told.set(request, { outcome: await run({ ...request, ...group.common }) });
      if (group.requests.every((each) => told.has(each))) await group.end();
    }
  };
  try {
    await lane(timed);
    await Promise.all(Array.from({ length: jobs }, () => lane(untimed)));
  } finally {
    await Promise.all(groups.map((group) => group.end()));
  }
  return requests.flatMap((request) => told.get(request) ?? []).map(({ outcome }) => outcome);
}

/** As many as there are cores, four at most, and if there is memory for their stacks: 4 GB each, with what drives it. */
export function usualJobs(): number {
  return Math.max(1, Math.min(4, availableParallelism(), Math.floor(totalmem() / 4e9)));
}

interface Group<Request> {
  readonly requests: readonly Request[];
  /** What the requests of all of them have. */
  readonly common: Pick<Unheard, "pool" | "proxied">;
  end(): Promise<void>;
}

function groupsOf<Request extends Unheard>(requests: readonly Request[]): Group<Request>[] {
  return [...Map.groupBy(requests, stackKey).values()].map((those) => {
    if (those.length === 1) return { requests: those, common: {}, end: async () => undefined };
    const pool = new StackPool();
    const proxied = new Set(those.flatMap(({ scenario }) => [...proxiedLinks(scenario)]));
    return { requests: those, common: { pool, proxied }, end: () => pool[Symbol.asyncDispose]() };
  });
}

const isTimed = ({ request }: { request: Unheard }) => request.scenario.expect?.recoverWithinMs !== undefined;

/**
 * What two runs must have in common to find their stacks in one pool; a run whose names are the user's own, or that wants to
 * keep its stack, is like no other. A proxy costs time, so those that want none keep to themselves.
 */
function stackKey(request: Unheard): unknown {
  const { scenario, keep, runtime, image, set, plugin, mysqld } = request;
  if (keep || scenario.pipeline?.given !== undefined) return request;
  const proxied = proxiedLinks(scenario).size > 0;
  return JSON.stringify([stackPlan({ request }), proxied, runtime, image, set, plugin, mysqld]);
}
