import type { FaultContext } from "../context.ts";
import type { Fault, InjectedFault } from "../fault.ts";
import { eventsOf, momentText } from "../moments.ts";

/** What the parts of a fault need from the start on, so that it is known of the whole. */
export function needsOf(
  parts: readonly Fault[],
): Required<Pick<Fault, "links" | "servers" | "needs" | "awaits" | "ownPipeline">> {
  return {
    awaits: parts.flatMap(({ when, awaits = [] }) => [...eventsOf(when), ...awaits]),
    needs: parts.flatMap(({ needs = [] }) => needs),
    ownPipeline: parts.every(({ ownPipeline }) => ownPipeline === true),
    links: parts.flatMap(({ links = [] }) => links),
    servers: parts.flatMap(({ servers = [] }) => servers),
  };
}

/**
 * Strikes each part in its turn while the whole stands (`meanwhile` says so: `while commit stood`), at the part's own moment,
 * whose times and events count from this call on. One whose moment never comes did not bite.
 */
export function strikeMeanwhile(context: FaultContext, meanwhile: string): (part: Fault) => Promise<InjectedFault> {
  const { moments, history } = context;
  const came = moments.fromNow();
  return async (part) => {
    if (!(await came(part.when))) return neverStruck(part, moments.seen());
    const injected = await strikePart(part, context);
    history.append({ type: "fault", label: part.label, state: "injected", detail: meanwhile });
    return injected;
  };
}

/** Strikes a part; where it leaves no mark, the whole can say which one it was. */
export async function strikePart(part: Fault, context: FaultContext): Promise<InjectedFault> {
  const injected = await part.inject(context);
  let mark: string | undefined = "";
  return {
    ...injected,
    proof: async () => {
      mark = await injected.proof();
      return mark;
    },
    excuse: () => (mark === undefined ? withoutMark(part, injected) : undefined),
  };
}

function neverStruck(part: Fault, seen: string): InjectedFault {
  return { ...unhealed(undefined), excuse: () => `${neverCame(part)}; seen: ${seen}` };
}

/** Of a fault that left no mark: which one, and why, where it knows. */
export function withoutMark({ label }: Fault, { excuse }: InjectedFault): string {
  return `${label}: ${excuse?.() ?? "nothing shows that it bit"}`;
}

/** Of a fault that did not strike. */
export function neverCame({ label, when }: Fault): string {
  return `${label}: its moment, ${momentText(when)}, never came`;
}

/** Blows that are one: it bit only if each of them did. Who heals them, and when, is for the whole to say. */
export function together(struck: readonly InjectedFault[]): Required<Omit<InjectedFault, "heal" | "healAfterMs">> {
  return {
    interruptsFlow: struck.some(({ interruptsFlow }) => interruptsFlow === true),
    outlasts: async () => {
      await Promise.all(struck.map(async (each) => each.outlasts?.()));
    },
    proof: async () => {
      const proofs = await Promise.all(struck.map((each) => each.proof()));
      return proofs.includes(undefined) ? undefined : proofs.join("; ");
    },
    excuse: () => struck.map((each) => each.excuse?.()).find((why) => why !== undefined),
    announced: async () => {
      const counts = await Promise.all(struck.map(async (each) => Object.entries((await each.announced?.()) ?? {})));
      const byName = Map.groupBy(counts.flat(), ([name]) => name);
      return Object.fromEntries(
        [...byName].map(([name, all]) => [name, all.reduce((sum, [, count]) => sum + count, 0)]),
      );
    },
  };
}

/** A mark before those of the parts, where each of them left its own. */
export async function after(own: string, proof: Promise<string | undefined>): Promise<string | undefined> {
  const others = await proof;
  if (others === undefined) return undefined;
  return others === "" ? own : `${own}; ${others}`;
}

/** A blow that nothing mends: its mark, and what it announces. */
export function unhealed(proof: string | undefined, announced: Readonly<Record<string, number>> = {}): InjectedFault {
  return { heal: async () => undefined, proof: async () => proof, announced: async () => announced };
}
