import { once } from "node:events";
import type { Socket } from "node:net";
import { monotonicMs } from "#core/clock.ts";
import { pause } from "#core/deadline.ts";

/** What becomes of a piece; undefined stands for the end of the stream. */
export type Direction = (chunk: Buffer | undefined) => "swallow" | { readonly delayMs: number };

/** More than this waits for its time or for a slow reader: then the sender has to wait too. */
const waitingBytesMax = 4 * 1024 * 1024;

interface Piece {
  /** Undefined at the end of the stream. */
  readonly chunk: Buffer | undefined;
  readonly dueMs: number;
}

/**
 * Carries one direction of a connection: in order, no faster than the reader takes it, and passes the sender's end on
 * while the other direction stays open. Each piece gets its due time when it comes in, so a delay costs latency and not
 * throughput. Resolves when the direction has ended; a broken connection ends it too.
 */
export async function pump({ from, to, pass }: { from: Socket; to: Socket; pass: Direction }): Promise<void> {
  const waiting: Piece[] = [];
  let waitingBytes = 0;
  let wake: () => void = () => undefined;
  const take = (chunk: Buffer | undefined) => {
    const verdict = pass(chunk);
    if (verdict === "swallow") return;
    waiting.push({ chunk, dueMs: Math.max(monotonicMs() + verdict.delayMs, waiting.at(-1)?.dueMs ?? 0) });
    waitingBytes += chunk?.length ?? 0;
    if (waitingBytes > waitingBytesMax) from.pause();
    wake();
  };
  from.on("data", take);
  from.on("end", () => take(undefined));
  const gone = new AbortController();
  to.on("close", () => {
    gone.abort();
    wake();
  });
  while (!to.destroyed) {
    const piece = waiting.shift();
    if (piece === undefined) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      continue;
    }
    await until(piece.dueMs, gone.signal);
    if (piece.chunk === undefined) {
      to.end();
      return;
    }
    await write(to, piece.chunk);
    waitingBytes -= piece.chunk.length;
    if (waitingBytes <= waitingBytesMax / 2) from.resume();
  }
}

/** A connection that goes while a piece waits must not hold the harness open for the rest of the delay. */
async function until(dueMs: number, gone: AbortSignal): Promise<void> {
  const leftMs = dueMs - monotonicMs();
  if (leftMs > 0) await pause(leftMs, gone).catch(() => undefined);
}

/** Waits for a slow reader; a reader that is gone is no error here. */
async function write(to: Socket, chunk: Buffer): Promise<void> {
  if (to.destroyed || to.write(chunk) || to.destroyed) return;
  await Promise.race([once(to, "drain"), once(to, "close")]).catch(() => undefined);
}
