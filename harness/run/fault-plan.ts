import { monotonicMs, stopwatch, wallNowMs } from "#core/clock.ts";
import { pause } from "#core/deadline.ts";
import { environmentError } from "#core/errors.ts";
import type { FaultContext } from "./context.ts";
import type { Fault, InjectedFault } from "./fault.ts";
import { neverCame, together, withoutMark } from "./faults/parts.ts";
import { type Moments, momentText } from "./moments.ts";

/** A fault that struck, when, and whether it has been healed. */
interface Struck {
  readonly fault: Fault;
  readonly injected: InjectedFault;
  readonly atMs: number;
  readonly wallMs: number;
  /** Rows that MySQL had acknowledged by then. */
  readonly acknowledged: number;
  healed: boolean;
}

/** The faults of one run: each strikes at its moment, is healed once, and has to prove that it bit. */
export interface FaultPlan {
  /** Resolves when every fault has struck, or its moment cannot come any more. */
  readonly struck: Promise<void>;
  /** Never resolves; fails when a fault goes wrong. */
  readonly broken: Promise<never>;
  /** Strikes what was to strike when all has settled. */
  strikeSettled(): Promise<void>;
  healAll(): Promise<void>;
  /** Faults that did not bite, or never struck: the run proves nothing then. */
  unproved(): Promise<readonly string[]>;
  announced(): Promise<Readonly<Record<string, number>>>;
  /** When each fault struck that stops the flow, on the wall's clock. */
  blows(): readonly number[];
  /** From the last blow that stopped the flow to the first row in the lake that was written after it, in milliseconds. */
  recoverMs(settledAtMs: number): number | undefined;
}

export function startFaults({
  faults,
  context,
  moments,
}: {
  faults: readonly Fault[];
  context: FaultContext;
  moments: Moments;
}): FaultPlan {
  const struck: Struck[] = [];
  const missed: string[] = [];
  const strike = async (fault: Fault) => {
    if ("whenSettled" in fault.when || (await moments.reached(fault.when))) struck.push(await inject(fault, context));
    else missed.push(neverCame(fault));
  };
  const isLate = ({ when }: Fault) => "whenSettled" in when;
  const all = Promise.all(faults.filter((fault) => !isLate(fault)).map(strike));
  const broken = Promise.withResolvers<never>();
  all.catch(broken.reject);
  // Whoever waits for it hears of it; when nobody does, the act will.
  broken.promise.catch(() => undefined);
  return {
    struck: all.then(() => undefined),
    broken: broken.promise,
    strikeSettled: async () => {
      for (const fault of faults.filter(isLate)) await strike(fault);
    },
    healAll: async () => {
      const open = struck.filter(({ healed }) => !healed);
      await together(open.map(({ injected }) => injected)).outlasts();
      for (const each of open) await heal(each, context);
    },
    unproved: async () => {
      const proofs = await Promise.all(struck.map((each) => prove(each, context)));
      const seen = missed.length === 0 ? [] : [`seen: ${moments.seen()}`];
      return [...missed, ...proofs.filter((proof) => proof !== undefined), ...seen];
    },
    announced: () => together(struck.map(({ injected }) => injected)).announced(),
    blows: () => struck.filter(({ injected }) => injected.interruptsFlow === true).map(({ wallMs }) => wallMs),
    recoverMs: (settledAtMs) => {
      const last = struck.findLast(({ injected }) => injected.interruptsFlow === true);
      if (last === undefined) return undefined;
      const flowsAgain = context.monitor.lakeExceeded({ rows: last.acknowledged, afterMs: last.atMs }) ?? settledAtMs;
      return Math.round(flowsAgain - last.atMs);
    },
  };
}

async function inject(fault: Fault, context: FaultContext): Promise<Struck> {
  const [atMs, wallMs, acknowledged] = [monotonicMs(), wallNowMs(), context.monitor.acknowledged()];
  const injected = await fault.inject(context);
  context.history.append({ type: "fault", label: fault.label, state: "injected", detail: momentText(fault.when) });
  const struck: Struck = { fault, injected, atMs, wallMs, acknowledged, healed: false };
  if (injected.healAfterMs !== undefined) {
    await pause(injected.healAfterMs);
    await heal(struck, context);
  }
  return struck;
}

async function heal(struck: Struck, { history }: FaultContext): Promise<void> {
  if (struck.healed) return;
  struck.healed = true;
  const elapsed = stopwatch();
  await struck.injected.heal();
  history.append({ type: "fault", label: struck.fault.label, state: "healed", detail: `${Math.round(elapsed())} ms` });
}

/** Undefined when the fault bit. */
async function prove({ fault, injected }: Struck, { history }: FaultContext): Promise<string | undefined> {
  const proof = await injected.proof();
  if (proof === undefined) return withoutMark(fault, injected);
  history.append({ type: "fault", label: fault.label, state: "proved", detail: proof });
  return undefined;
}

/** The error of a run whose faults proved nothing: its verdict is `unknown`. */
export function notBitten(reasons: readonly string[]): Error {
  return environmentError({
    code: "FAULT_DID_NOT_BITE",
    what: "a fault left no mark, so this run says nothing about how the pipeline bears it",
    got: reasons.join("; "),
    remedy: "give the workload more operations, or the fault an earlier moment",
  });
}
