import { connect } from "node:net";
import type { Address } from "#core/addresses.ts";
import { deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import { FloeError } from "#core/errors.ts";
import { evidenceOf, failedStart, type LogPlace, portTakenError, timedOutStart } from "./failure.ts";
import type { ServerSpec } from "./port.ts";
import type { ServerBody } from "./server.ts";

export interface AwaitedServer {
  readonly spec: Pick<ServerSpec, "ready" | "readyWithinMs">;
  readonly ports: Readonly<Record<string, number>>;
  readonly address: (port: string) => Address;
  readonly body: ServerBody;
  readonly log: LogPlace;
}

/** Waits until the server answers as a ready one does. One that died, or whose port is another's, is told at once. */
export async function awaitReady({ spec, ports, address, body, log }: AwaitedServer): Promise<void> {
  const deadline = deadlineIn(spec.readyWithinMs);
  let closed: readonly string[] = Object.keys(ports);
  const dead = () => {
    const exit = body.ending();
    return exit === undefined ? undefined : failedStart(log, exit);
  };
  try {
    await poll({
      what: `${log.server} to be ready`,
      deadline,
      everyMs: 25,
      look: async () => {
        closed = await closedPorts(closed, address);
        if (closed.length > 0) return notYet(`nothing listens on ${closed.join(", ")} yet`);
        return (await spec.ready(address, deadline)) ? seen(undefined) : notYet("not ready yet");
      },
      hopeless: dead,
      evidence: () => evidenceOf(log),
    });
  } catch (error) {
    const stolen = body.stolenPort?.();
    if (stolen !== undefined) throw portTakenError(log, stolen);
    throw error instanceof FloeError && error.code === "DEADLINE" ? timedOutStart(log, error) : error;
  }
  const gone = dead();
  if (gone !== undefined) throw gone;
  // The answer may have come from another program that has the port.
  const stolen = body.stolenPort?.();
  if (stolen !== undefined) throw portTakenError(log, stolen);
}

/** Costs next to nothing, so that the real requests, which do cost, begin when they have a chance. */
async function closedPorts(names: readonly string[], address: (port: string) => Address): Promise<readonly string[]> {
  const accepting = await Promise.all(names.map((name) => accepts(address(name))));
  return names.filter((_, at) => accepting[at] === false);
}

function accepts(address: Address): Promise<boolean> {
  const socket = connect(address);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  socket.once("connect", () => resolve(true));
  socket.once("error", () => resolve(false));
  return promise.finally(() => void socket.destroy());
}
