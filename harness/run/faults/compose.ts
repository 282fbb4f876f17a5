import { stopwatch } from "#core/clock.ts";
import { pause } from "#core/deadline.ts";
import type { FaultContext } from "../context.ts";
import type { Fault, InjectedFault } from "../fault.ts";
import { type Moment, momentText } from "../moments.ts";
import { needsOf, together } from "./parts.ts";

/** Faults that strike one right after the other at one moment, and are healed in the opposite order. */
export function sequence({ when, faults }: { readonly when: Moment; readonly faults: readonly Fault[] }): Fault {
  return {
    ...needsOf(faults),
    label: `${faults.map(nameOf).join(", then ")} ${momentText(when)}`,
    when,
    inject: (context) => inTurn(context, faults),
  };
}

export interface WhileRunning {
  /** Its moment is the whole's. */
  readonly fault: Fault;
  /** What happens meanwhile, one after the other; `{ atMs }` counts from when the fault stands. */
  readonly strike: readonly Fault[];
}

/**
 * Others strike while a fault stands; those with an end of their own have it before the fault is healed. It stands as long
 * as it was told to at least, and until it has done what it was to do.
 */
export function whileRunning({ fault, strike }: WhileRunning): Fault {
  return {
    ...needsOf([fault, ...strike]),
    label: `${fault.label}, and meanwhile ${strike.map(nameOf).join(", then ")}`,
    when: fault.when,
    inject: async (context) => {
      const standing = await fault.inject(context);
      const elapsed = stopwatch();
      const standsFor = (ms: number) => pause(Math.max(0, ms - elapsed()));
      try {
        const struck = await inTurn(context, strike, ({ when }) => standsFor("atMs" in when ? when.atMs : 0));
        await standing.outlasts?.();
        await standsFor(standing.healAfterMs ?? 0);
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

/** `due`: resolves when a fault may strike, whose turn has come. */
async function inTurn(
  context: FaultContext,
  faults: readonly Fault[],
  due: (fault: Fault) => Promise<void> = async () => undefined,
): Promise<InjectedFault> {
  const struck: InjectedFault[] = [];
  for (const fault of faults) {
    await due(fault);
    const injected = await fault.inject(context);
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
