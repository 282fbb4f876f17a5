import { stopwatch } from "#core/clock.ts";
import type { History, Phase } from "#core/history.ts";
import type { Timings } from "#core/verdict.ts";

/** Times a run's phases and steps and tells the history. */
export interface PhaseClock {
  phase<T>(phase: Phase, body: () => Promise<T>): Promise<T>;
  /** A step worth a line on the console. */
  step<T>(text: string, body: () => Promise<T>): Promise<T>;
  timings(totalMs: number): Timings;
}

export function phaseClock(history: History): PhaseClock {
  const spent = new Map<Phase, number>();
  const took = (phase: Phase) => Math.round(spent.get(phase) ?? 0);
  return {
    phase: async (phase, body) => {
      const elapsed = stopwatch();
      history.append({ type: "phase-began", phase });
      try {
        return await body();
      } finally {
        spent.set(phase, elapsed());
        history.append({ type: "phase-ended", phase, ms: Math.round(elapsed()) });
      }
    },
    step: async (text, body) => {
      const elapsed = stopwatch();
      const result = await body();
      history.append({ type: "step", text, ms: elapsed() });
      return result;
    },
    timings: (totalMs) => ({
      stackReadyMs: took("start"),
      seedMs: took("seed"),
      actMs: took("act") + took("heal"),
      settleMs: took("settle"),
      checkMs: took("check"),
      disposeMs: took("dispose"),
      totalMs: Math.round(totalMs),
    }),
  };
}
