import { once } from "node:events";
import type { Duplex } from "node:stream";
import { monotonicMs } from "#core/clock.ts";
import { pause } from "#core/deadline.ts";

/** What goes on of a piece that came in. */
export interface Passed {
  /** Undefined stands for the end of the stream. */
  readonly chunk: Buffer | undefined;
  readonly delayMs: number;
  /** Called when the piece has been handed over, before anything that comes after it. */
  readonly afterwards?: () => void;
}

export interface LaneOptions {
  readonly from: Duplex;
  readonly to: Duplex;
  /** Decides what becomes of a piece, or of the end of the stream; nothing goes on of what is swallowed. */
  readonly pass: (chunk: Buffer | undefined) => readonly Passed[];
  /** More than this waits for its time or for a slow reader: then the sender has to wait too. */
  readonly queueBytesMax: () => number;
}

/** One direction of a connection. */
export interface Lane {
  /** Resolves when the direction has ended; a broken connection ends it too. */
  readonly ended: Promise<void>;
  /** What waits for its time waits no longer. */
  hurry(): void;
}

/**
 * Carries one direction of a connection: in order, no faster than the reader takes it, and passes the sender's end on
 * while the other direction stays open. Each piece gets its due time when it comes in, so a delay costs latency and not
 * throughput.
 */
export function openLane({ from, to, pass, queueBytesMax }: LaneOptions): Lane {
  const waiting: Waiting[] = [];
  const queue: Queue = { waiting, bytes: 0, wake: () => undefined };
  const take = (chunk: Buffer | undefined) => {
    if (to.destroyed) return;
    for (const { delayMs, ...piece } of pass(chunk)) {
      waiting.push({ ...piece, dueMs: Math.max(monotonicMs() + delayMs, waiting.at(-1)?.dueMs ?? 0) });
      queue.bytes += piece.chunk?.length ?? 0;
    }
    if (queue.bytes > queueBytesMax()) from.pause();
    queue.wake();
  };
  from.on("data", take);
  from.on("end", () => take(undefined));
  to.on("close", () => queue.wake());
  return {
    ended: carry({ queue, from, to, queueBytesMax }),
    hurry: () => {
      for (const piece of waiting) piece.dueMs = 0;
      queue.wake();
    },
  };
}

interface Waiting extends Omit<Passed, "delayMs"> {
  dueMs: number;
}

interface Queue {
  readonly waiting: Waiting[];
  bytes: number;
  wake: () => void;
}

async function carry({
  queue,
  from,
  to,
  queueBytesMax,
}: Omit<LaneOptions, "pass"> & { readonly queue: Queue }): Promise<void> {
  const { waiting } = queue;
  while (!to.destroyed) {
    const [piece] = waiting;
    const leftMs = piece === undefined ? undefined : piece.dueMs - monotonicMs();
    if (piece === undefined || (leftMs !== undefined && leftMs > 0)) {
      await woken(queue, leftMs);
      continue;
    }
    waiting.shift();
    if (piece.chunk === undefined) {
      to.end();
      return;
    }
    await write(to, piece);
    queue.bytes -= piece.chunk.length;
    if (queue.bytes <= queueBytesMax() / 2) from.resume();
  }
}

/** Until something comes, is hurried or breaks, or so long. */
async function woken(queue: Queue, withinMs: number | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  queue.wake = resolve;
  if (withinMs === undefined) {
    await promise;
    return;
  }
  // Taken back when woken: a connection that goes while a piece waits must not hold the harness open.
  const timer = new AbortController();
  await Promise.race([promise, pause(withinMs, timer.signal).catch(() => undefined)]);
  timer.abort();
}

/** Waits for a slow reader; a reader that is gone is no error here. */
async function write(to: Duplex, { chunk, afterwards }: Waiting): Promise<void> {
  if (afterwards !== undefined) {
    const { promise: handedOver, resolve } = Promise.withResolvers<void>();
    to.write(chunk, () => resolve());
    await handedOver;
    afterwards();
    return;
  }
  if (to.destroyed || to.write(chunk) || to.destroyed) return;
  const either = new AbortController();
  const { signal } = either;
  await Promise.race([once(to, "drain", { signal }), once(to, "close", { signal })]).catch(() => undefined);
  either.abort();
}
