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

async function inTurn(context: FaultContext, faults: readonly Fault[]): Promise<InjectedFault> {
  const struck: InjectedFault[] = [];
  for (const fault of faults) {
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

/** A part strikes when its turn comes: its own moment is not asked. */
function nameOf({ label, when }: Fault): string {
  return label.replace(` ${momentText(when)}`, "");
}
