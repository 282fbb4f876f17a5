import { monotonicMs } from "#core/clock.ts";
import { usageError } from "#core/errors.ts";
import { type Random, seededRandom } from "#core/random.ts";
import type { Passed } from "./lane.ts";

/** Which way bytes go: to the server that the link leads to, or back to its client. */
export type Direction = "to-target" | "to-client";

/** Faults of a link that need to know nothing of its protocol. Each replaces the one before; `heal` ends it. */
export interface LinkFaults {
  /** Breaks the open connections and refuses new ones. */
  cut(): void;
  /** Delays what passes from now on, by so much in each direction; the order stays. */
  delay(options: { readonly ms: number }): void;
  /** Delays each piece by a time between the two, drawn from the seed; the order stays. */
  jitter(options: { readonly fromMs: number; readonly toMs: number; readonly seed: number }): void;
  /** Lets so many bytes a second through in each direction, all connections of a proxy together. */
  bandwidth(options: { readonly bytesPerSecond: number }): void;
  /** Takes connections and bytes, and lets nothing through in either direction: nobody is told that the link is dead. */
  blackHole(): void;
  /** Swallows what goes in one direction and lets the other pass. */
  halfOpen(options: { readonly swallow: Direction }): void;
  /** Resets a connection when it has carried so many bytes from now on; the first so many that do, one unless told. */
  resetAfter(options: { readonly bytes: number; readonly direction: Direction; readonly times?: number }): void;
  /** Ends the fault, and whatever else the link was told: rules, holds. What lost bytes breaks, the rest goes on. */
  heal(): void;
}

/** What a fault does with what passes. */
export type Mode =
  | { readonly kind: "open" | "cut" | "black-hole" }
  | { readonly kind: "half-open"; readonly swallow: Direction }
  | { readonly kind: "late"; readonly delayMs: () => number }
  | { readonly kind: "narrow"; readonly bytesPerSecond: number; readonly freeAtMs: Record<Direction, number> }
  | {
      readonly kind: "reset-after";
      readonly bytes: number;
      readonly direction: Direction;
      left: number;
      readonly carried: WeakMap<object, number>;
    };

export const lateBetween = ({ fromMs, toMs, seed }: Parameters<LinkFaults["jitter"]>[0]): Mode => {
  checkSize("jitter", "fromMs", fromMs);
  checkSize("jitter", "toMs", toMs - fromMs);
  const random: Random = seededRandom(seed);
  return { kind: "late", delayMs: () => random.int(fromMs, toMs) };
};

export const narrow = (bytesPerSecond: number): Mode => {
  checkSize("bandwidth", "bytesPerSecond", bytesPerSecond - 1);
  return { kind: "narrow", bytesPerSecond, freeAtMs: { "to-target": 0, "to-client": 0 } };
};

export const resetting = ({ bytes, direction, times = 1 }: Parameters<LinkFaults["resetAfter"]>[0]): Mode => {
  checkSize("resetAfter", "bytes", bytes);
  return { kind: "reset-after", bytes, direction, left: times, carried: new WeakMap() };
};

/** Cuts a piece so that a narrow link trickles, ten times a second, and does not fall silent between its bursts. */
export function trickle(mode: Mode & { readonly kind: "narrow" }, direction: Direction, chunk: Buffer): Passed[] {
  const sliceBytes = Math.max(1, Math.floor(mode.bytesPerSecond / 10));
  const passed: Passed[] = [];
  for (let at = 0; at < chunk.length; at += sliceBytes) {
    const slice = chunk.subarray(at, at + sliceBytes);
    const now = monotonicMs();
    const freeAtMs = Math.max(now, mode.freeAtMs[direction]) + (slice.length / mode.bytesPerSecond) * 1_000;
    mode.freeAtMs[direction] = freeAtMs;
    passed.push({ chunk: slice, delayMs: freeAtMs - now });
  }
  return passed;
}

function checkSize(fault: string, name: string, value: number): void {
  if (Number.isFinite(value) && value >= 0) return;
  throw usageError({
    code: "FAULT_INVALID",
    what: `${fault} on a link was given a ${name} that is too small, or no number`,
    remedy: "give milliseconds from 0 on, the greater one last; bytes per second from 1 on",
  });
}
