import { type Address, type LinkName, linkNames } from "#core/addresses.ts";
import { FloeError, usageError } from "#core/errors.ts";
import type { Scope } from "#core/scope.ts";
import type { PlacedServer, Runtime } from "./port.ts";
import { type LinkFaults, openTcpProxy, type ProxyCounts, type TcpProxy } from "./tcp-proxy.ts";

export interface LinksOptions {
  /** Owns the proxies. */
  readonly scope: Scope;
  /** Links in which a proxy is to stand; the others are direct. */
  readonly proxied: ReadonlySet<LinkName>;
  readonly runtime: Pick<Runtime, "proxyAddress">;
}

/** Where a link leads: a server's port, or an address that is the same from everywhere. */
export type LinkTarget =
  | Address
  | { readonly server: Pick<PlacedServer, "address" | "innerAddress">; readonly port: string };

/** A link with a proxy in it; one proxy for each target, so three for a Kafka link to three brokers. */
export interface ProxiedLink extends LinkFaults {
  readonly name: LinkName;
  /** Sums over the link's proxies. */
  counts(): ProxyCounts;
}

export interface Links {
  /**
   * The address to dial for this link. A placed server is target enough: a broker's configuration, which names the
   * addresses of its own links, is rendered only when it starts. Asking again for the same target gives the same answer.
   */
  link(name: LinkName, target: LinkTarget): Promise<Address>;
  /** The handle to break a proxied link; a usage error when no proxy stands in it. */
  proxyOf(name: LinkName): ProxiedLink;
}

/** Hands out the addresses of links, with proxies where they are wanted. */
export function openLinks({ scope, proxied, runtime }: LinksOptions): Links {
  const opened = new Map<LinkName, Map<string, Promise<ProxyEnd>>>();
  const settled = new Map<LinkName, TcpProxy[]>();
  const open = async (name: LinkName, target: Address): Promise<ProxyEnd> => {
    const end = await openProxy({ runtime, target });
    settled.set(name, [...(settled.get(name) ?? []), end.proxy]);
    await scope.own(`proxy in ${name}`, end.proxy);
    return end;
  };
  return {
    link: async (name, target) => {
      if (!proxied.has(name)) return seenFromClient(name, target);
      const targets = opened.get(name) ?? new Map<string, Promise<ProxyEnd>>();
      opened.set(name, targets);
      const outer = "server" in target ? target.server.address(target.port) : target;
      const key = `${outer.host}:${outer.port}`;
      const opening = targets.get(key) ?? open(name, outer);
      targets.set(key, opening);
      const { proxy, inner } = await opening;
      return clientIsHarness(name) ? proxy.address : inner;
    },
    proxyOf: (name) => proxiedLink(name, settled.get(name) ?? []),
  };
}

/** DuckDB runs inside the harness; every other client is a server of the stack. */
function clientIsHarness(name: LinkName): boolean {
  return name.startsWith("harness->") || name.startsWith("duckdb->");
}

function seenFromClient(name: LinkName, target: LinkTarget): Address {
  if (!("server" in target)) return target;
  return clientIsHarness(name) ? target.server.address(target.port) : target.server.innerAddress(target.port);
}

interface ProxyEnd {
  readonly proxy: TcpProxy;
  /** Where the stack's servers find it. */
  readonly inner: Address;
}

/** A port may be taken between its choice and its use: nobody knows it yet, so another one does as well. */
async function openProxy({ runtime, target }: Pick<LinksOptions, "runtime"> & { target: Address }): Promise<ProxyEnd> {
  for (let attempt = 1; ; attempt += 1) {
    const { listen, inner } = await runtime.proxyAddress();
    try {
      return { proxy: await openTcpProxy({ listen, target }), inner };
    } catch (error) {
      if (!(error instanceof FloeError && error.code === "PORT_TAKEN") || attempt === 5) throw error;
    }
  }
}

function proxiedLink(name: LinkName, proxies: readonly TcpProxy[]): ProxiedLink {
  if (proxies.length === 0) {
    throw usageError({
      code: "LINK_NOT_PROXIED",
      what: `no proxy stands in the link ${name}`,
      expected: `one of ${linkNames.join(", ")}, named before the stack starts`,
      remedy: "a scenario's faults name the links that they break; a kept stack has only those it was started with",
    });
  }
  const each = (fault: (proxy: TcpProxy) => void) => () => {
    for (const proxy of proxies) fault(proxy);
  };
  return {
    name,
    cut: each((proxy) => proxy.cut()),
    blackHole: each((proxy) => proxy.blackHole()),
    heal: each((proxy) => proxy.heal()),
    delay: ({ ms }) => each((proxy) => proxy.delay({ ms }))(),
    counts: () => proxies.map((proxy) => proxy.counts()).reduce(sum),
  };
}

function sum(a: ProxyCounts, b: ProxyCounts): ProxyCounts {
  return {
    connections: a.connections + b.connections,
    open: a.open + b.open,
    broken: a.broken + b.broken,
    refused: a.refused + b.refused,
    bytesToTarget: a.bytesToTarget + b.bytesToTarget,
    bytesToClient: a.bytesToClient + b.bytesToClient,
    httpRequests: a.httpRequests + b.httpRequests,
    bytesDelayed: a.bytesDelayed + b.bytesDelayed,
    bytesSwallowed: a.bytesSwallowed + b.bytesSwallowed,
  };
}
