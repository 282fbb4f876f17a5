import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { linkNames } from "#core/addresses.ts";
import type { Deadline } from "#core/deadline.ts";
import type { RunVerdict } from "#core/verdict.ts";
import type { Unheard } from "#run/batch.ts";
import { StackPool } from "#run/stack-pool.ts";
import { drawPlan } from "./draw.ts";
import { type Plan, scenarioOf } from "./plan.ts";
import { scenarioText } from "./scenario-text.ts";
import { shrink } from "./shrink.ts";

/** What a plan came to: a verdict and the folder with its evidence. */
export interface Tried {
  readonly verdict: RunVerdict;
  readonly folder: string;
}

/** What happens in a search, for whoever tells of it. */
export type Step =
  | { readonly step: "drawn" | "smaller"; readonly number: number; readonly plan: Plan }
  | { readonly step: "tried"; readonly number: number; readonly tried: Tried }
  | { readonly step: "found"; readonly plan: Plan; readonly path: string; readonly found: string };

export interface ExploreOptions {
  /** The scenario that every plan stands on, and all else that its runs are asked with. */
  readonly request: Unheard;
  /** Of the search: the plan of each number comes from it. */
  readonly seed: number;
  readonly budget: Deadline;
  /** At most so many plans; shrinking does not count. */
  readonly plans: number;
  /** Where what was found is written. */
  readonly out: string;
  readonly run: (request: Unheard) => Promise<Tried>;
  readonly tell: (step: Step) => void;
}

/** What a search came to. */
export interface Explored {
  readonly verdicts: readonly RunVerdict["verdict"][];
  /** The scenario file of the smallest plan that failed, and its seed. */
  readonly smallest?: { readonly path: string; readonly seed: number };
}

/**
 * Draws plans, runs them one after the other on one stack, and shrinks the first that is invalid to the smallest that
 * still shows the same anomaly at the same hop. A stack that a plan has broken is given up, and the next one is new.
 */
export async function explore(options: ExploreOptions): Promise<Explored> {
  const { request, seed, budget, plans, tell } = options;
  await using pool = new StackPool();
  const verdicts: RunVerdict["verdict"][] = [];
  const over = () => budget.remainingMs() === 0 || request.signal.aborted;
  for (let number = 1; number <= plans && !over(); number++) {
    const plan = drawPlan({ base: request.scenario, seed, number });
    tell({ step: "drawn", number, plan });
    const first = await attempt({ ...options, pool, plan, number });
    verdicts.push(first.verdict.verdict);
    const signs = signsOf(first.verdict);
    if (first.verdict.verdict !== "invalid") continue;
    const fails = async (next: Plan) => {
      tell({ step: "smaller", number, plan: next });
      const { verdict } = await attempt({ ...options, pool, plan: next, number });
      return signsOf(verdict).some((sign) => signs.includes(sign));
    };
    const smallest = await shrink({ plan, fails, over });
    const path = await write({ ...options, plan: smallest, found: signs.join("; ") });
    return { verdicts, smallest: { path, seed: smallest.seed } };
  }
  return { verdicts };
}

interface Attempt extends ExploreOptions {
  readonly pool: StackPool;
  readonly plan: Plan;
  readonly number: number;
}

/** Any link may be struck on a stack that all plans share, so a proxy stands in each. */
async function attempt({ request, pool, plan, number, run, tell }: Attempt): Promise<Tried> {
  const scenario = scenarioOf(request.scenario, plan);
  const tried = await run({ ...request, scenario, seed: plan.seed, pool, proxied: new Set(linkNames) });
  tell({ step: "tried", number, tried });
  return tried;
}

/** What is wrong, without its counts: `lost at kafka->sink`. Empty when nothing is. */
export function signsOf({ verdict, checks }: RunVerdict): string[] {
  if (verdict !== "invalid") return [];
  const red = checks.filter((check) => check.verdict === "invalid");
  const signs = red.flatMap(({ name, anomalies }) =>
    anomalies.length === 0 ? [`${name} invalid`] : anomalies.map((each) => `${each.class} at ${each.hop}`),
  );
  return [...new Set(signs)];
}

async function write({ out, request, seed, plan, found, tell }: ExploreOptions & { plan: Plan; found: string }) {
  const path = join(out, `${request.file.name.replace(/^.*\//, "")}-explored-${seed}.ts`);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, scenarioText({ plan, basePath: request.file.path, path, found }));
  tell({ step: "found", plan, path, found });
  return path;
}
