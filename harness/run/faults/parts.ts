import type { Fault, InjectedFault } from "../fault.ts";

/** What the parts of a fault need from the start on, so that it is known of the whole. */
export function needsOf(parts: readonly Fault[]): Required<Pick<Fault, "links" | "servers" | "needs" | "ownPipeline">> {
  return {
    needs: parts.flatMap(({ needs = [] }) => needs),
    ownPipeline: parts.every(({ ownPipeline }) => ownPipeline === true),
    links: parts.flatMap(({ links = [] }) => links),
    servers: parts.flatMap(({ servers = [] }) => servers),
  };
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
