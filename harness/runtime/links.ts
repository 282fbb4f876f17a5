import type { Duplex } from "node:stream";
import type { Address, LinkName } from "#core/addresses.ts";
import { FloeError } from "#core/errors.ts";
import type { Scope } from "#core/scope.ts";
import type { PlacedServer, Runtime } from "./port.ts";
import { openBooks, type ProxyOf, proxiedLinks } from "./proxied-links.ts";
import { openTcpProxy, type TcpProxy } from "./proxy/tcp-proxy.ts";

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

export interface Links {
  /**
   * The address to dial for this link. A placed server is target enough: a broker's configuration, which names the
   * addresses of its own links, is rendered only when it starts. Asking again for the same target gives the same answer.
   */
  link(name: LinkName, target: LinkTarget): Promise<Address>;
  readonly proxyOf: ProxyOf;
}

/** Hands out the addresses of links, with proxies where they are wanted. */
export function openLinks({ scope, proxied, runtime }: LinksOptions): Links {
  const opened = new Map<LinkName, Map<string, Promise<ProxyEnd>>>();
  const settled = new Map<LinkName, TcpProxy[]>();
  const books = openBooks();
  const open = async (name: LinkName, target: Address): Promise<ProxyEnd> => {
    const end = await openProxy({ runtime, dial: books.dial(name, target) });
    settled.set(name, [...(settled.get(name) ?? []), end.proxy]);
    await scope.own(`proxy in ${name}`, end.proxy);
    await scope.defer(`rules of ${name}`, () => books.clear(name));
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
    proxyOf: proxiedLinks(books, (name) => settled.get(name) ?? []),
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
async function openProxy({
  runtime,
  dial,
}: Pick<LinksOptions, "runtime"> & { readonly dial: () => Duplex }): Promise<ProxyEnd> {
  for (let attempt = 1; ; attempt += 1) {
    const { listen, inner } = await runtime.proxyAddress();
    try {
      return { proxy: await openTcpProxy({ listen, dial }), inner };
    } catch (error) {
      if (!(error instanceof FloeError && error.code === "PORT_TAKEN") || attempt === 5) throw error;
    }
  }
}
