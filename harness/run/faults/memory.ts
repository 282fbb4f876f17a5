import { deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import { usageError } from "#core/errors.ts";
import { logSize, logText } from "#runtime/log-tail.ts";
import type { RunningServer } from "#runtime/port.ts";
import type { Fault } from "../fault.ts";
import { type Moment, momentText } from "../moments.ts";

/**
 * Starts a server again with so small a heap that it runs out of it: a worker, a broker, the catalog, S3Proxy. It gets its
 * memory back after `forMs`, or when the act is over. The mark: its own OutOfMemoryError. A kept stack starts its servers as
 * they were first started, so there it leaves none.
 */
export function limitHeap(
  server: string,
  { heapMb, forMs, ...when }: Moment & { readonly heapMb: number; readonly forMs?: number },
): Fault {
  if (server.startsWith("mysql")) throw noHeap(server);
  return {
    label: `restart ${server} with a heap of ${heapMb} MB ${momentText(when)}`,
    when,
    servers: [server],
    inject: async ({ stack, server: find }) => {
      const running = await find(server);
      const fromByte = logSize(running.logFile);
      stack.limitHeap(server, heapMb);
      // Not awaited: it may well get ready, and run out of memory later.
      const starting = running.restart().catch(() => undefined);
      const line = await outOfMemory(running, fromByte);
      return {
        ...(forMs === undefined ? {} : { healAfterMs: forMs }),
        interruptsFlow: true,
        heal: async () => {
          stack.limitHeap(server, undefined);
          await running.kill();
          await starting;
          await running.restart();
        },
        proof: async () => line,
        excuse: () => `${server} did not run out of ${heapMb} MB within ${outWithinMs / 1000} s`,
      };
    },
  };
}

const outWithinMs = 30_000;

/** The line of its log in which a server says so, since its restart. */
async function outOfMemory({ logFile }: RunningServer, fromByte: number): Promise<string | undefined> {
  const deadline = deadlineIn(outWithinMs);
  return poll({
    what: "an OutOfMemoryError",
    deadline,
    everyMs: 200,
    look: async () => {
      const line = /^.*java\.lang\.OutOfMemoryError.*$/m.exec(logText(logFile, fromByte))?.[0];
      return line !== undefined || deadline.remainingMs() === 0 ? seen(line) : notYet("none yet");
    },
  });
}

function noHeap(server: string): Error {
  return usageError({
    code: "NO_HEAP",
    what: `${server} has no heap that could be limited`,
    expected: "a server that runs on a JVM: connect-1, kafka-1, catalog",
    remedy: "limit another server's",
  });
}
