import { connect } from "node:net";
import type { Duplex } from "node:stream";
import {
  type Address,
  type CatalogLink,
  type ConnectLink,
  type HttpLink,
  isCatalogLink,
  isConnectLink,
  isKafkaLink,
  isStoreLink,
  type KafkaLink,
  type LinkName,
  linkNames,
  type StoreLink,
} from "#core/addresses.ts";
import { usageError } from "#core/errors.ts";
import { type HttpBook, type HttpFaults, makeHttpBook } from "./proxy/http/book.ts";
import { catalogError, connectError, storeError } from "./proxy/http/error-bodies.ts";
import {
  type CatalogKind,
  type ConnectKind,
  catalogKind,
  catalogKinds,
  connectKind,
  connectKinds,
  type StoreKind,
  storeKind,
  storeKinds,
} from "./proxy/http/kinds.ts";
import { httpRelay } from "./proxy/http/relay.ts";
import { type KafkaBook, type KafkaFaults, makeKafkaBook } from "./proxy/kafka/book.ts";
import { kafkaRelay } from "./proxy/kafka/relay.ts";
import type { LinkFaults } from "./proxy/shaping.ts";
import type { ProxyCounts, TcpProxy } from "./proxy/tcp-proxy.ts";

/** A link with a proxy in it; one proxy for each target, so three for a Kafka link to three brokers. */
export interface ProxiedLink extends LinkFaults {
  readonly name: LinkName;
  /** Ends what `cut` and its like have done; rules and holds stay. */
  reopen(): void;
  /** Leads to another server from now on, as an address does whose machine has changed. Breaks the open connections. */
  divert(target: Address): void;
  /** Sums over the link's proxies. */
  counts(): ProxyCounts;
}

/** What a link's proxy can be told, by what the link speaks. */
export type ProxiedKafkaLink = ProxiedLink & KafkaFaults;
export type ProxiedCatalogLink = ProxiedLink & HttpFaults<CatalogKind>;
export type ProxiedStoreLink = ProxiedLink & HttpFaults<StoreKind>;
export type ProxiedConnectLink = ProxiedLink & HttpFaults<ConnectKind>;

/** The handle to break a proxied link; a usage error when no proxy stands in it. */
export interface ProxyOf {
  (name: KafkaLink): ProxiedKafkaLink;
  (name: CatalogLink): ProxiedCatalogLink;
  (name: StoreLink): ProxiedStoreLink;
  (name: ConnectLink): ProxiedConnectLink;
  /** For who does not know which it is: the kinds are looked at when a rule is set. */
  (name: HttpLink): ProxiedLink & HttpFaults<string>;
  (name: LinkName): ProxiedLink;
}

/** The rules and holds of each link, shared by its proxies. */
export interface Books {
  kafka(name: KafkaLink): KafkaBook;
  catalog(name: CatalogLink): HttpRules<CatalogKind>;
  store(name: StoreLink): HttpRules<StoreKind>;
  connect(name: ConnectLink): HttpRules<ConnectKind>;
  /** How a link's proxy opens its way to the target: through what reads the link's protocol. */
  dial(name: LinkName, target: Address): () => Duplex;
  /** Ends a link's rules and lets go what it holds. */
  clear(name: LinkName): void;
}

type HttpRules<Kind extends string> = HttpBook & HttpFaults<Kind>;

export function openBooks(): Books {
  const books = {
    kafka: onceEach<KafkaBook>(makeKafkaBook),
    catalog: onceEach<HttpRules<CatalogKind>>(() =>
      makeHttpBook({ kinds: catalogKinds, classify: catalogKind, errorBody: catalogError }),
    ),
    store: onceEach<HttpRules<StoreKind>>(() =>
      makeHttpBook({ kinds: storeKinds, classify: storeKind, errorBody: storeError }),
    ),
    connect: onceEach<HttpRules<ConnectKind>>(() =>
      makeHttpBook({ kinds: connectKinds, classify: connectKind, errorBody: connectError }),
    ),
  };
  return {
    ...books,
    dial: (name, target) => {
      if (isKafkaLink(name)) return kafkaRelay({ target, book: books.kafka(name) });
      if (isCatalogLink(name)) return httpRelay({ target, book: books.catalog(name) });
      if (isStoreLink(name)) return httpRelay({ target, book: books.store(name) });
      if (isConnectLink(name)) return httpRelay({ target, book: books.connect(name) });
      return () => connect({ ...target, allowHalfOpen: true, noDelay: true });
    },
    clear: (name) => {
      if (isKafkaLink(name)) books.kafka(name).clear();
      if (isCatalogLink(name)) books.catalog(name).clear();
      if (isStoreLink(name)) books.store(name).clear();
      if (isConnectLink(name)) books.connect(name).clear();
    },
  };
}

function onceEach<Book>(make: () => Book): (name: LinkName) => Book {
  const made = new Map<LinkName, Book>();
  return (name) => {
    const book = made.get(name) ?? make();
    made.set(name, book);
    return book;
  };
}

/** The handles of the links in which proxies stand. */
export function proxiedLinks(books: Books, proxiesIn: (name: LinkName) => readonly TcpProxy[]): ProxyOf {
  function proxyOf(name: KafkaLink): ProxiedKafkaLink;
  function proxyOf(name: CatalogLink): ProxiedCatalogLink;
  function proxyOf(name: StoreLink): ProxiedStoreLink;
  function proxyOf(name: ConnectLink): ProxiedConnectLink;
  function proxyOf(name: HttpLink): ProxiedLink & HttpFaults<string>;
  function proxyOf(name: LinkName): ProxiedLink;
  function proxyOf(name: LinkName): ProxiedLink {
    const plain = proxiedLink(name, proxiesIn(name), (target) => books.dial(name, target));
    if (isKafkaLink(name)) return withRules(plain, books.kafka(name));
    if (isCatalogLink(name)) return withRules(plain, books.catalog(name));
    if (isStoreLink(name)) return withRules(plain, books.store(name));
    if (isConnectLink(name)) return withRules(plain, books.connect(name));
    return plain;
  }
  return proxyOf;
}

function withRules<Faults extends { clear(): void }>(link: ProxiedLink, book: Faults): ProxiedLink & Faults {
  return {
    ...book,
    ...link,
    heal: () => {
      book.clear();
      link.heal();
    },
  };
}

function proxiedLink(
  name: LinkName,
  proxies: readonly TcpProxy[],
  dialTo: (target: Address) => () => Duplex,
): ProxiedLink {
  if (proxies.length === 0) {
    throw usageError({
      code: "LINK_NOT_PROXIED",
      what: `no proxy stands in the link ${name}`,
      expected: `one of ${linkNames.join(", ")}, named before the stack starts`,
      remedy: "a scenario's faults name the links that they break; a kept stack has only those it was started with",
    });
  }
  const each = (fault: (proxy: TcpProxy) => void) => {
    for (const proxy of proxies) fault(proxy);
  };
  const reopen = () => each((proxy) => proxy.heal());
  return {
    name,
    cut: () => each((proxy) => proxy.cut()),
    delay: (options) => each((proxy) => proxy.delay(options)),
    jitter: (options) => each((proxy) => proxy.jitter(options)),
    bandwidth: (options) => each((proxy) => proxy.bandwidth(options)),
    blackHole: () => each((proxy) => proxy.blackHole()),
    halfOpen: (options) => each((proxy) => proxy.halfOpen(options)),
    resetAfter: (options) => each((proxy) => proxy.resetAfter(options)),
    reopen,
    divert: (target) => each((proxy) => proxy.divert(dialTo(target))),
    heal: reopen,
    counts: () => sums(proxies.map((proxy) => proxy.counts())),
  };
}

function sums(counts: readonly ProxyCounts[]): ProxyCounts {
  const sum = (count: (counts: ProxyCounts) => number) => counts.reduce((total, each) => total + count(each), 0);
  return {
    connections: sum(({ connections }) => connections),
    open: sum(({ open }) => open),
    broken: sum(({ broken }) => broken),
    refused: sum(({ refused }) => refused),
    resets: sum(({ resets }) => resets),
    bytesToTarget: sum(({ bytesToTarget }) => bytesToTarget),
    bytesToClient: sum(({ bytesToClient }) => bytesToClient),
    bytesDelayed: sum(({ bytesDelayed }) => bytesDelayed),
    bytesThrottled: sum(({ bytesThrottled }) => bytesThrottled),
    bytesSwallowed: sum(({ bytesSwallowed }) => bytesSwallowed),
  };
}
