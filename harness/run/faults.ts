import type { LinkName } from "#core/addresses.ts";
import type { ProxiedLink } from "#runtime/links.ts";
import type { ProxyCounts } from "#runtime/tcp-proxy.ts";
import { connectFaults } from "./connect-faults.ts";
import type { FaultContext } from "./context.ts";
import type { Fault, InjectedFault } from "./fault.ts";
import { type Moment, momentText } from "./moments.ts";
import { mysqlFaults } from "./mysql-faults.ts";
import { rewindSinkGroups, rewindSource } from "./offset-faults.ts";

/** What can be broken on purpose. Each strikes at a moment of the act: `{ afterOperations: 500 }` or `{ atMs: 2_000 }`. */
export const faults = {
  kill,
  stop,
  restart,
  pause,
  cut,
  delay,
  blackHole,
  rewindSource,
  rewindSinkGroups,
  mysql: mysqlFaults,
  connect: connectFaults,
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

/** Cut a link: open connections are reset and new ones refused. */
function cut(link: LinkName, when: Moment & { readonly forMs?: number }): Fault {
  return onLink({
    link,
    when,
    verb: "cut",
    strike: (proxy) => proxy.cut(),
    mark: (counts) => counts.broken + counts.refused,
    interruptsFlow: true,
  });
}

/** Delay everything on a link, in both directions, by `ms`. */
function delay(link: LinkName, when: Moment & { readonly ms: number; readonly forMs?: number }): Fault {
  return onLink({
    link,
    when,
    verb: `delay by ${when.ms} ms`,
    strike: (proxy) => proxy.delay({ ms: when.ms }),
    mark: (counts) => counts.bytesDelayed,
    interruptsFlow: false,
  });
}

/** Swallow everything on a link: connections stay open and nothing arrives. */
function blackHole(link: LinkName, when: Moment & { readonly forMs?: number }): Fault {
  return onLink({
    link,
    when,
    verb: "black hole",
    strike: (proxy) => proxy.blackHole(),
    mark: (counts) => counts.bytesSwallowed,
    interruptsFlow: true,
  });
}

interface LinkFault {
  readonly link: LinkName;
  readonly when: Moment & { readonly forMs?: number };
  readonly verb: string;
  readonly strike: (link: ProxiedLink) => void;
  /** What the proxy has counted of the fault's own effect: connections broken, bytes delayed or swallowed. */
  readonly mark: (counts: ProxyCounts) => number;
  readonly interruptsFlow: boolean;
}

function onLink({ link, when, verb, strike, mark, interruptsFlow }: LinkFault): Fault {
  return {
    label: `${verb} ${link} ${momentText(when)}`,
    when,
    links: [link],
    inject: async ({ stack }): Promise<InjectedFault> => {
      const proxy = stack.links.proxyOf(link);
      const before = mark(proxy.counts());
      strike(proxy);
      return {
        ...(when.forMs === undefined ? {} : { healAfterMs: when.forMs }),
        interruptsFlow,
        heal: async () => proxy.heal(),
        proof: async () => {
          const felt = mark(proxy.counts()) - before;
          return felt > 0 ? `${link} felt it: ${felt.toLocaleString("en")} connections or bytes` : undefined;
        },
      };
    },
  };
}
