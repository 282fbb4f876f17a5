import { stopwatch } from "#core/clock.ts";
import { ifWithin, pause } from "#core/deadline.ts";
import { type Happening, happeningText } from "./happening.ts";
import type { Happenings } from "./happenings.ts";

/** When something is to happen during the act. */
export type ActMoment =
  /** After so many acknowledged row changes. */
  | { readonly afterOperations: number }
  /** So long after the act's start. */
  | { readonly atMs: number }
  | EventMoment;

/**
 * An event that is seen: the `nth` of its kind, from the pipeline's start on, or, with `afterOperations`, from the moment on
 * at which so many row changes were acknowledged. It may come during the initial snapshot, before the act.
 */
export interface EventMoment {
  readonly event: Happening & { readonly nth?: number };
  readonly afterOperations?: number;
}

/** `whenSettled`: after the act, when every row has arrived, before anything is checked. */
export type Moment = ActMoment | { readonly whenSettled: true };

/** Tells those who wait for a moment that it has come. */
export interface Moments {
  /** Resolves when the moment has come; false when it will not come any more. */
  reached(moment: ActMoment): Promise<boolean>;
  /**
   * For the parts of a fault: asks for moments whose times and events count from this call on, be the act over or not. False
   * where one does not come within a minute.
   */
  fromNow(): (moment: Moment) => Promise<boolean>;
  /** What has been seen of the pipeline, for one who waited in vain. */
  seen(): string;
  /** The act begins: times count from here. */
  begin(): void;
  /** The writers' side: so many row changes have been acknowledged by now. */
  acknowledged(operations: number): void;
  /** The act is over: no operation comes any more, and events only for as long as rows are still on their way. */
  end(): void;
}

/** How long after the last write an event may still come. */
const eventsComeForMs = 20_000;
/** How long a fault stands for what a part of it waits for: nothing else may happen meanwhile, as it holds the writers up. */
const partsComeWithinMs = 60_000;

export function makeMoments(happenings: Happenings): Moments {
  const waiting: { operations: number; resolve: (came: boolean) => void }[] = [];
  const begun = Promise.withResolvers<void>();
  const [over, still] = [new AbortController(), new AbortController()];
  let operations = 0;
  const resolveDue = () => {
    for (const waiter of waiting.filter((each) => each.operations <= operations)) waiter.resolve(true);
  };
  const afterOperations = (wanted: number): Promise<boolean> => {
    if (over.signal.aborted) return Promise.resolve(operations >= wanted);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    waiting.push({ operations: wanted, resolve });
    resolveDue();
    return promise;
  };
  const onEvent = async (
    { event, afterOperations: gate }: EventMoment,
    { from, signal }: { from: number; signal: AbortSignal },
  ): Promise<boolean> => {
    if (gate !== undefined && !(await afterOperations(gate))) return false;
    const since = gate === undefined ? from : happenings.mark();
    return happenings.reached({ happening: event, nth: event.nth ?? 1, since, signal });
  };
  const atMs = async (ms: number): Promise<boolean> => {
    await begun.promise;
    if (over.signal.aborted) return false;
    return pause(ms, over.signal).then(
      () => true,
      () => false,
    );
  };
  return {
    reached: (moment) => {
      if ("event" in moment) return onEvent(moment, { from: 0, signal: still.signal });
      return "atMs" in moment ? atMs(moment.atMs) : afterOperations(moment.afterOperations);
    },
    fromNow: () => {
      const [elapsed, from] = [stopwatch(), happenings.mark()];
      return async (moment) => {
        if ("whenSettled" in moment) return true;
        if ("atMs" in moment) {
          await pause(Math.max(0, moment.atMs - elapsed()));
          return true;
        }
        const late = new AbortController();
        const comes =
          "event" in moment ? onEvent(moment, { from, signal: late.signal }) : afterOperations(moment.afterOperations);
        const came = await ifWithin({ ms: partsComeWithinMs, run: comes });
        late.abort();
        return came === true;
      };
    },
    seen: () => happenings.told(),
    begin: () => begun.resolve(),
    acknowledged: (total) => {
      operations = total;
      resolveDue();
    },
    end: () => {
      begun.resolve();
      over.abort();
      for (const waiter of waiting) waiter.resolve(waiter.operations <= operations);
      AbortSignal.timeout(eventsComeForMs).addEventListener("abort", () => still.abort());
    },
  };
}

/** The event that a moment waits for, where it waits for one. */
export function eventsOf(moment: Moment): readonly EventMoment["event"][] {
  return "event" in moment ? [moment.event] : [];
}

/** Where a fault is given no moment of its own: as the act begins. */
export const atOnce: Moment = { atMs: 0 };

/** A fault's label: what it does, and when, where that was told. */
export function timed(verb: string, when: Moment): string {
  return when === atOnce ? verb : `${verb} ${momentText(when)}`;
}

/** `after 500 operations`, `at 2,000 ms`: for labels and errors. */
export function momentText(moment: Moment): string {
  if ("whenSettled" in moment) return "when settled";
  if ("event" in moment) {
    const gate = moment.afterOperations === undefined ? "" : ` after ${moment.afterOperations} operations`;
    return `${happeningText(moment.event, moment.event.nth ?? 1)}${gate}`;
  }
  return "atMs" in moment ? `at ${moment.atMs} ms` : `after ${moment.afterOperations} operations`;
}
