import { stopwatch } from "#core/clock.ts";
import { pause } from "#core/deadline.ts";
import type { Fault, InjectedFault } from "../fault.ts";
import { type Moment, momentText } from "../moments.ts";
import { needsOf, strikeMeanwhile, strikePart, together } from "./parts.ts";

/** Faults that strike one right after the other at one moment, and are healed in the opposite order. */
export function sequence({ when, faults }: { readonly when: Moment; readonly faults: readonly Fault[] }): Fault {
  return {
    ...needsOf(faults),
    label: `${faults.map(nameOf).join(", then ")} ${momentText(when)}`,
    when,
    inject: (context) => inTurn(faults, (fault) => strikePart(fault, context)),
  };
}

export interface WhileRunning {
  /** Its moment is the whole's. */
  readonly fault: Fault;
  /** What happens meanwhile, one after the other, each at its moment; times and events count from when the fault stands. */
  readonly strike: readonly Fault[];
}

/**
 * Others strike while a fault stands; those with an end of their own have it before the fault is healed. It stands as long
 * as it was told to at least, and until it has done what it was to do.
 */
export function whileRunning({ fault, strike }: WhileRunning): Fault {
  return {
    ...needsOf([fault, ...strike]),
    label: `${fault.label}, and meanwhile ${strike.map(({ label }) => label).join(", then ")}`,
    when: fault.when,
    inject: async (context) => {
      const standing = await strikePart(fault, context);
      const elapsed = stopwatch();
      try {
        const struck = await inTurn(strike, strikeMeanwhile(context, `while ${nameOf(fault)} stood`));
        await standing.outlasts?.();
        await pause(Math.max(0, (standing.healAfterMs ?? 0) - elapsed()));
        const { outlasts } = together([struck]);
        return { ...together([standing, struck]), outlasts, heal: () => struck.heal() };
      } finally {
        await standing.heal();
      }
    },
  };
}

export interface Repeat {
  readonly fault: Fault;
  readonly times: number;
  /** From one heal to the next blow. */
  readonly everyMs: number;
}

/** A fault again and again: it strikes at its moment, is healed, and strikes again. */
export function repeat({ fault, times, everyMs }: Repeat): Fault {
  return {
    ...needsOf([fault]),
    label: `${fault.label}, ${times} times`,
    when: fault.when,
    inject: async (context) => {
      const struck: InjectedFault[] = [];
      for (let turn = 1; turn < times; turn++) {
        const injected = await fault.inject(context);
        struck.push(injected);
        await pause(injected.healAfterMs ?? 0);
        await injected.heal();
        await pause(everyMs);
      }
      const last = await fault.inject(context);
      return { ...together([...struck, last]), heal: () => last.heal(), ...healing(last) };
    },
  };
}

async function inTurn(
  faults: readonly Fault[],
  strike: (fault: Fault) => Promise<InjectedFault>,
): Promise<InjectedFault> {
  const struck: InjectedFault[] = [];
  for (const fault of faults) {
    const injected = await strike(fault);
    struck.push(injected);
    if (injected.healAfterMs === undefined) continue;
    await pause(injected.healAfterMs);
    await injected.heal();
  }
  const standing = struck.filter(({ healAfterMs }) => healAfterMs === undefined);
  return {
    ...together(struck),
    heal: async () => {
      for (const injected of standing.toReversed()) await injected.heal();
    },
  };
}

function healing({ healAfterMs }: InjectedFault): Pick<InjectedFault, "healAfterMs"> {
  return healAfterMs === undefined ? {} : { healAfterMs };
}

/** A part strikes when its turn comes, and has no moment of its own in the whole's name. */
function nameOf({ label, when }: Fault): string {
  return label.replace(` ${momentText(when)}`, "");
}
