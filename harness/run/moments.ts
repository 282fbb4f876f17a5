import { pause } from "#core/deadline.ts";

/** When something is to happen during the act: after so many acknowledged row changes, or so long after its start. */
export type ActMoment = { readonly afterOperations: number } | { readonly atMs: number };
/** `whenSettled`: after the act, when every row has arrived, before anything is checked. */
export type Moment = ActMoment | { readonly whenSettled: true };

/** Tells those who wait for a moment that it has come. */
export interface Moments {
  /** Resolves when the moment has come; false when the act ended before it did. */
  reached(moment: ActMoment): Promise<boolean>;
  /** The writers' side: so many row changes have been acknowledged by now. */
  acknowledged(operations: number): void;
  /** The act is over: what has not come will not come. */
  end(): void;
}

export function makeMoments(): Moments {
  const waiting: { operations: number; resolve: (came: boolean) => void }[] = [];
  const over = new AbortController();
  let operations = 0;
  const resolveDue = () => {
    for (const waiter of waiting.filter((each) => each.operations <= operations)) waiter.resolve(true);
  };
  return {
    reached: (moment) => {
      if ("atMs" in moment) {
        return pause(moment.atMs, over.signal).then(
          () => true,
          () => false,
        );
      }
      if (over.signal.aborted) return Promise.resolve(operations >= moment.afterOperations);
      const { promise, resolve } = Promise.withResolvers<boolean>();
      waiting.push({ operations: moment.afterOperations, resolve });
      resolveDue();
      return promise;
    },
    acknowledged: (total) => {
      operations = total;
      resolveDue();
    },
    end: () => {
      over.abort();
      for (const waiter of waiting) waiter.resolve(waiter.operations <= operations);
    },
  };
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
  return "atMs" in moment ? `at ${moment.atMs} ms` : `after ${moment.afterOperations} operations`;
}
