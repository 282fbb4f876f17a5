import { every } from "#core/deadline.ts";
import { type Exit, type ServerProcess, signalGroup } from "#process/server.ts";
import { isAlive, type ProcessIdentity } from "../processes.ts";

/** A process that another harness started. Nobody tells us when it ends, so we look; how it ended stays unknown. */
export function adoptProcess(identity: ProcessIdentity): ServerProcess {
  const unknownExit: Exit = { exitCode: undefined, signal: undefined };
  const ending = () => (isAlive(identity) ? undefined : unknownExit);
  const { promise: exited, resolve } = Promise.withResolvers<Exit>();
  const watch = every(250, () => {
    const ended = ending();
    if (ended === undefined) return;
    watch[Symbol.dispose]();
    resolve(ended);
  });
  const signal = (name: NodeJS.Signals) => {
    if (isAlive(identity)) signalGroup(identity.pid, name);
  };
  return { pid: identity.pid, exited, ending, signal };
}
