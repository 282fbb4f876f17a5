import { stopwatch } from "#core/clock.ts";
import { makeRuleBook } from "./rules.ts";

/** One request that is to stop at the proxy. Other connections, and on HTTP other requests, go on. */
export interface Hold {
  /** True once the request stands; false when the hold was let go before one came. */
  readonly held: Promise<boolean>;
  /** Lets it go on; of a hold that has stopped nothing yet, stops nothing any more. */
  release(): void;
  /** How long the request stood, in milliseconds; undefined when none did. Until now, while it stands. */
  stoodMs(): number | undefined;
}

export interface NewHold<Request> {
  readonly matches: (request: Request) => boolean;
  /** The n-th that matches from now on, counted from 1. */
  readonly nth?: number;
  /** Stops the answer on its way back: the server has done its work by then. */
  readonly after?: boolean;
}

/** A request for which a hold was set. */
export interface Stop {
  /**
   * Stands here until it is let go, if this is the side that was asked for, or until its client is gone. Of a request whose
   * connection broke before it could stand, the turn goes to the next one: clients send it again.
   */
  stand(side: "before" | "after", gone: AbortSignal): Promise<void>;
}

/** The holds of a link. */
export interface HoldBook<Request> {
  set(hold: NewHold<Request>): Hold;
  take(request: Request): Stop | undefined;
  /** Lets everything go. */
  clear(): void;
}

export function makeHoldBook<Request>(): HoldBook<Request> {
  const rules = makeRuleBook<Request, Stop>();
  const open = new Set<Hold>();
  return {
    set: ({ matches, nth = 1, after = false }) => {
      const arm = (turn: number) => rules.add({ matches, nth: turn, times: 1, action: stop });
      const armAgain = () => {
        if (!open.has(hold)) return;
        rule.end();
        rule = arm(1);
      };
      const { hold, stop } = makeHold(after ? "after" : "before", armAgain);
      let rule = arm(nth);
      open.add(hold);
      return {
        ...hold,
        release: () => {
          rule.end();
          open.delete(hold);
          hold.release();
        },
      };
    },
    take: (request) => rules.take(request)?.action,
    clear: () => {
      rules.clear();
      for (const hold of open) hold.release();
      open.clear();
    },
  };
}

function makeHold(wanted: "before" | "after", onBroken: () => void): { readonly hold: Hold; readonly stop: Stop } {
  const held = Promise.withResolvers<boolean>();
  const released = Promise.withResolvers<void>();
  let stood: (() => number) | undefined;
  return {
    hold: {
      held: held.promise,
      release: () => {
        held.resolve(false);
        released.resolve();
      },
      stoodMs: () => stood?.(),
    },
    stop: {
      stand: async (side, gone) => {
        if (side === "before") onceGone(gone, () => stood === undefined && onBroken());
        if (side !== wanted || gone.aborted) return;
        const elapsed = stopwatch();
        stood = elapsed;
        held.resolve(true);
        const left = Promise.withResolvers<void>();
        onceGone(gone, left.resolve);
        await Promise.race([released.promise, left.promise]);
        const stoodMs = elapsed();
        stood = () => stoodMs;
      },
    },
  };
}

function onceGone(gone: AbortSignal, then: () => void): void {
  if (gone.aborted) then();
  else gone.addEventListener("abort", then, { once: true });
}
