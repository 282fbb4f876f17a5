import { pause } from "./deadline.ts";

/** Rings when something has come, for those who would otherwise look again and again. */
export interface Bell {
  ring(): void;
  /** Resolves at the next ring, or after so many milliseconds. */
  rung(withinMs: number): Promise<void>;
}

export function makeBell(): Bell {
  let waiting = Promise.withResolvers<void>();
  return {
    ring: () => {
      waiting.resolve();
      waiting = Promise.withResolvers<void>();
    },
    rung: async (withinMs) => {
      const timer = new AbortController();
      const late = pause(withinMs, timer.signal).catch(() => undefined);
      await Promise.race([waiting.promise, late]);
      timer.abort();
    },
  };
}
