import type { FaultContext } from "../context.ts";
import type { Fault } from "../fault.ts";
import { type Moment, momentText } from "../moments.ts";
import { sequence } from "./compose.ts";

/** SIGKILL a server. It comes back after `restartAfterMs`, or when the act is over. */
export function kill(server: string, when: Moment & { readonly restartAfterMs?: number }): Fault {
  return ending({ server, when, verb: "kill", end: (running) => running.kill() });
}

/** SIGTERM a server and let it end in order. It comes back after `restartAfterMs`, or when the act is over. */
export function stop(server: string, when: Moment & { readonly restartAfterMs?: number }): Fault {
  return ending({ server, when, verb: "stop", end: (running) => running.stop() });
}

/** Stop a server in order and start it again at once. */
export function restart(server: string, when: Moment): Fault {
  return ending({ server, when: { ...when, restartAfterMs: 0 }, verb: "restart", end: (running) => running.stop() });
}

/** Restart servers one after the other, each when the one before it is ready again: an upgrade of a cluster. */
export function rollingRestart(servers: readonly string[], when: Moment): Fault {
  return sequence({ when, faults: servers.map((server) => restart(server, when)) });
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
    servers: [server],
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
export function pause(server: string, when: Moment & { readonly forMs?: number }): Fault {
  return {
    label: `pause ${server} ${momentText(when)}`,
    when,
    servers: [server],
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
