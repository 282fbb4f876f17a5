import type { LinkName } from "#core/addresses.ts";
import type { ProxiedLink } from "#runtime/proxied-links.ts";
import type { Direction } from "#runtime/proxy/shaping.ts";
import type { ProxyCounts } from "#runtime/proxy/tcp-proxy.ts";
import type { Fault, InjectedFault } from "../fault.ts";
import { type Moment, momentText } from "../moments.ts";

/** When a link breaks, and for how long; until the act is over unless told. */
export type While = Moment & { readonly forMs?: number };

/** Cut a link: open connections are reset and new ones refused. */
export function cut(link: LinkName, when: While): Fault {
  return onLink({
    link,
    when,
    verb: "cut",
    strike: (proxy) => proxy.cut(),
    mark: (counts) => counts.broken + counts.refused,
    unit: "connections",
    interruptsFlow: true,
  });
}

/** Delay everything on a link, in both directions, by `ms`. */
export function delay(link: LinkName, when: While & { readonly ms: number }): Fault {
  return onLink({
    link,
    when,
    verb: `delay by ${when.ms} ms`,
    strike: (proxy) => proxy.delay({ ms: when.ms }),
    mark: (counts) => counts.bytesDelayed,
    unit: "bytes came late",
    interruptsFlow: false,
  });
}

/** Delay each piece on a link by a time drawn between the two; the order stays. */
export function jitter(link: LinkName, when: While & { readonly fromMs: number; readonly toMs: number }): Fault {
  const { fromMs, toMs } = when;
  return onLink({
    link,
    when,
    verb: `jitter of ${fromMs} to ${toMs} ms`,
    strike: (proxy, seed) => proxy.jitter({ fromMs, toMs, seed }),
    mark: (counts) => counts.bytesDelayed,
    unit: "bytes came late",
    interruptsFlow: false,
  });
}

/** Let so many bytes a second through a link, in each direction. */
export function bandwidth(link: LinkName, when: While & { readonly bytesPerSecond: number }): Fault {
  const { bytesPerSecond } = when;
  return onLink({
    link,
    when,
    verb: `narrow to ${bytesPerSecond} bytes/s`,
    strike: (proxy) => proxy.bandwidth({ bytesPerSecond }),
    mark: (counts) => counts.bytesThrottled,
    unit: "bytes waited",
    interruptsFlow: false,
  });
}

/** Swallow everything on a link: connections stay open and nothing arrives. */
export function blackHole(link: LinkName, when: While): Fault {
  return onLink({
    link,
    when,
    verb: "black hole",
    strike: (proxy) => proxy.blackHole(),
    mark: (counts) => counts.bytesSwallowed,
    unit: "bytes swallowed",
    interruptsFlow: true,
  });
}

/** Swallow what goes in one direction and let the other pass: one side still hears, and is not heard. */
export function halfOpen(link: LinkName, when: While & { readonly swallow: Direction }): Fault {
  const { swallow } = when;
  return onLink({
    link,
    when,
    verb: `half open (nothing ${swallow})`,
    strike: (proxy) => proxy.halfOpen({ swallow }),
    mark: (counts) => counts.bytesSwallowed,
    unit: "bytes swallowed",
    interruptsFlow: true,
  });
}

/** Reset the first connection, or the first so many, that has carried so many bytes from then on. */
export function resetAfter(
  link: LinkName,
  when: While & { readonly bytes: number; readonly direction: Direction; readonly times?: number },
): Fault {
  const { bytes, direction, times = 1 } = when;
  return onLink({
    link,
    when,
    verb: `reset after ${bytes} bytes ${direction}`,
    strike: (proxy) => proxy.resetAfter({ bytes, direction, times }),
    mark: (counts) => counts.resets,
    unit: "connections reset",
    interruptsFlow: true,
  });
}

interface LinkFault {
  readonly link: LinkName;
  readonly when: While;
  readonly verb: string;
  readonly strike: (link: ProxiedLink, seed: number) => void;
  /** What the proxy has counted of the fault's own effect: connections broken, bytes delayed or swallowed. */
  readonly mark: (counts: ProxyCounts) => number;
  /** What it counts. */
  readonly unit: string;
  readonly interruptsFlow: boolean;
}

function onLink({ link, when, verb, strike, mark, unit, interruptsFlow }: LinkFault): Fault {
  return {
    label: `${verb} ${link} ${momentText(when)}`,
    when,
    links: [link],
    inject: async ({ stack, seed }): Promise<InjectedFault> => {
      const proxy = stack.links.proxyOf(link);
      const before = mark(proxy.counts());
      strike(proxy, seed);
      return {
        ...(when.forMs === undefined ? {} : { healAfterMs: when.forMs }),
        interruptsFlow,
        heal: async () => proxy.reopen(),
        proof: async () => {
          const felt = mark(proxy.counts()) - before;
          return felt > 0 ? `${link} felt it: ${felt.toLocaleString("en")} ${unit}` : undefined;
        },
      };
    },
  };
}
