import { monotonicMs } from "./clock.ts";
import { environmentError, messageOf } from "./errors.ts";

/** A moment by which something must have happened. Made once, handed down, so that nested waits share it. */
export interface Deadline {
  readonly totalMs: number;
  remainingMs(): number;
}

let patience = 1;

/** Multiplies every deadline made from now on: `--patience 3` for a machine that is slow or shared. */
export function setPatience(factor: number): void {
  patience = factor;
}

export function deadlineIn(ms: number): Deadline {
  const totalMs = ms * patience;
  const endsMs = monotonicMs() + totalMs;
  return { totalMs, remainingMs: () => Math.max(0, endsMs - monotonicMs()) };
}

/** What one look at the world gave: done with a value, or not yet, with what was seen instead. */
export type Look<T> = { readonly done: true; readonly value: T } | { readonly done: false; readonly saw: string };

export const seen = <T>(value: T): Look<T> => ({ done: true, value });
export const notYet = (saw: string): Look<never> => ({ done: false, saw });

export interface PollOptions<T> {
  /** What is awaited, as the end of "waited for …". */
  readonly what: string;
  readonly deadline: Deadline;
  readonly everyMs?: number;
  /** One read of the world. May throw: the message counts as what was seen. Never a write. */
  readonly look: () => Promise<Look<T>>;
  /** Gives up at once, with its error, when it returns one: the server is dead, the task FAILED. */
  readonly hopeless?: () => unknown;
  readonly remedy?: string;
  /** The tail of the log that explains a time-out. */
  readonly evidence?: () => readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** Looks again and again until it is done or the deadline has passed. The error names the last observations. */
export async function poll<T>(options: PollOptions<T>): Promise<T> {
  const observations: string[] = [];
  for (;;) {
    options.signal?.throwIfAborted();
    const found = await lookOnce(options);
    if (found.done) return found.value;
    if (observations.at(-1) !== found.saw) observations.push(found.saw);
    const reason = options.hopeless?.();
    if (reason !== undefined) throw reason;
    if (options.deadline.remainingMs() === 0) throw timedOut(options, observations);
    await pause(options.everyMs ?? 50, options.signal);
  }
}

async function lookOnce<T>(options: PollOptions<T>): Promise<Look<T>> {
  try {
    // A look that hangs must not outlive the deadline that it serves; one more second lets a slow answer still count.
    return await within({ what: options.what, ms: options.deadline.remainingMs() + 1_000, run: options.look() });
  } catch (error) {
    return notYet(messageOf(error));
  }
}

function timedOut(options: PollOptions<unknown>, observations: readonly string[]): Error {
  return environmentError({
    code: "DEADLINE",
    what: `waited ${options.deadline.totalMs} ms for ${options.what}, and it did not happen`,
    got: observations.slice(-3).join(" | then ") || "no answer at all",
    remedy: options.remedy ?? "look at the evidence; on a slow machine, --patience 3",
    evidence: options.evidence?.() ?? [],
  });
}

/** Gives up on a promise after `ms`. The work itself goes on: end what it holds in the scope that owns it. */
export async function within<T>({ what, ms, run }: { what: string; ms: number; run: Promise<T> }): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () =>
      reject(
        environmentError({
          code: "DEADLINE",
          what: `no answer within ${Math.round(ms)} ms: ${what}`,
          remedy: "look whether the server still runs; its log is in the run folder",
        }),
      ),
    ms,
  );
  try {
    return await Promise.race([run, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a promise comes to, or undefined when it has not by then: for what may rightly never come. */
export async function ifWithin<T>({ ms, run }: { ms: number; run: Promise<T> }): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ms * patience);
  try {
    return await Promise.race([run, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** A pace, not a wait: the next turn of a loop that has its own end. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => reject(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const timer = setTimeout(resolve, ms);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

/** A plain sleep. Its reason is part of the call, because there is nearly always something better to wait for. */
export async function unsafeSleep({ ms }: { ms: number; because: string }): Promise<void> {
  await pause(ms);
}

/** Calls `tick` every so often until disposed; turns never overlap, and `tick` must not throw. */
export function every(ms: number, tick: () => void | Promise<void>): Disposable {
  let running = false;
  const timer = setInterval(() => {
    if (running) return;
    running = true;
    void Promise.resolve(tick()).finally(() => {
      running = false;
    });
  }, ms);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
