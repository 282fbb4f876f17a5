import { repeat, sequence } from "./compose.ts";
import type { FaultContext } from "./context.ts";
import type { Fault } from "./fault.ts";
import { hold } from "./faults/hold.ts";
import { bandwidth, blackHole, cut, delay, halfOpen, jitter, resetAfter } from "./faults/links.ts";
import { http, kafka } from "./faults/requests.ts";
import { deleteTopic, emptyTopic, strangerInGroup } from "./kafka-faults.ts";
import { commitBurst, expireAllButCurrent, makeTableAgain, rollBackTable, writeLake } from "./lake-faults.ts";
import { type Moment, momentText } from "./moments.ts";
import { rewindSinkGroups, rewindSource } from "./offset-faults.ts";

/** What can be broken on purpose. Each strikes at a moment of the act: `{ afterOperations: 500 }` or `{ atMs: 2_000 }`. */
export const faults = {
  kill,
  stop,
  restart,
  pause,
  cut,
  delay,
  jitter,
  bandwidth,
  blackHole,
  halfOpen,
  resetAfter,
  http,
  kafka,
  hold,
  rewindSource,
  rewindSinkGroups,
  sequence,
  repeat,
  topics: { empty: emptyTopic, remove: deleteTopic },
  groups: { stranger: strangerInGroup },
  lake: { write: writeLake, rollBackTable, expireAllButCurrent, makeTableAgain, commitBurst },
} as const;

/** SIGKILL a server. It comes back after `restartAfterMs`, or when the act is over. */
function kill(server: string, when: Moment & { readonly restartAfterMs?: number }): Fault {
  return ending({ server, when, verb: "kill", end: (running) => running.kill() });
}

/** SIGTERM a server and let it end in order. It comes back after `restartAfterMs`, or when the act is over. */
function stop(server: string, when: Moment & { readonly restartAfterMs?: number }): Fault {
  return ending({ server, when, verb: "stop", end: (running) => running.stop() });
}

/** Stop a server in order and start it again at once. */
function restart(server: string, when: Moment): Fault {
  return ending({ server, when: { ...when, restartAfterMs: 0 }, verb: "restart", end: (running) => running.stop() });
}

interface Ending {
  readonly server: string;
  readonly when: Moment & { readonly restartAfterMs?: number };
  readonly verb: string;
  readonly end: (running: Awaited<ReturnType<FaultContext["server"]>>) => Promise<void>;
}

function ending({ server, when, verb, end }: Ending): Fault {
  return {
    label: `${verb} ${server} ${momentText(when)}`,
    when,
    server,
    inject: async (context) => {
      const running = await context.server(server);
      await end(running);
      const gone = running.state() === "ended";
      return {
        ...(when.restartAfterMs === undefined ? {} : { healAfterMs: when.restartAfterMs }),
        interruptsFlow: true,
        heal: () => running.restart(),
        proof: async () =>
          gone ? `${server} was gone, and came back in ${Math.round(running.readyMs())} ms` : undefined,
      };
    },
  };
}

/** SIGSTOP a server: its connections stay open and nothing answers. It goes on after `forMs`, or when the act is over. */
function pause(server: string, when: Moment & { readonly forMs?: number }): Fault {
  return {
    label: `pause ${server} ${momentText(when)}`,
    when,
    server,
    inject: async (context) => {
      const running = await context.server(server);
      await running.pause();
      const stood = running.state() === "paused";
      return {
        ...(when.forMs === undefined ? {} : { healAfterMs: when.forMs }),
        interruptsFlow: true,
        heal: () => running.resume(),
        proof: async () => (stood ? `${server} stood still` : undefined),
      };
    },
  };
}
