import { fits, type Happening, nameOf, type Seen } from "./happening.ts";

/** What is seen of a pipeline from its start on, for those who wait for the n-th of a kind. */
export interface Happenings {
  note(seen: Seen): void;
  /** How much has been seen: what comes from here on can be asked for. */
  mark(): number;
  /** Resolves when the n-th that fits has been seen, those since the mark counted; false when the signal came first. */
  reached(wanted: Wanted): Promise<boolean>;
  /** How often what has been seen: `DATA_WRITTEN 6, START_COMMIT 2`. */
  told(): string;
}

export interface Wanted {
  readonly happening: Happening;
  readonly nth: number;
  readonly since: number;
  readonly signal: AbortSignal;
}

export function makeHappenings(): Happenings {
  const all: Seen[] = [];
  const waiting = new Set<() => void>();
  return {
    note: (seen) => {
      all.push(seen);
      for (const look of waiting) look();
    },
    mark: () => all.length,
    reached: ({ happening, nth, since, signal }) => {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const look = () => {
        if (all.slice(since).filter((seen) => fits(happening, seen)).length >= nth) resolve(true);
      };
      const giveUp = () => resolve(false);
      waiting.add(look);
      signal.addEventListener("abort", giveUp);
      look();
      if (signal.aborted) giveUp();
      return promise.finally(() => {
        waiting.delete(look);
        signal.removeEventListener("abort", giveUp);
      });
    },
    told: () => {
      const kinds = Map.groupBy(all, nameOf);
      return [...kinds].map(([name, seen]) => `${name} ${seen.length}`).join(", ") || "nothing";
    },
  };
}
