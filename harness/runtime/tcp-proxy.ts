import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Address } from "#core/addresses.ts";
import { environmentError, messageOf, systemCode } from "#core/errors.ts";
import { type Direction, pump } from "./tcp-pump.ts";

/** What passed through a proxy and what a fault did to it: the proof that the fault bit. */
export interface ProxyCounts {
  /** Connections taken, since the proxy was opened. */
  readonly connections: number;
  /** Connections open now. */
  readonly open: number;
  /** Open connections that a cut, or the end of a black hole, broke. */
  readonly broken: number;
  /** Connections that came while the link was cut. */
  readonly refused: number;
  readonly bytesToTarget: number;
  readonly bytesToClient: number;
  readonly bytesDelayed: number;
  /** Pieces to the target that begin as an HTTP request does. Clients that do not pipeline send each one as a new piece. */
  readonly httpRequests: number;
  /** Bytes that a black hole took. */
  readonly bytesSwallowed: number;
}

/** Faults of a link. Each replaces the one before; `heal` ends it. */
export interface LinkFaults {
  /** Breaks the open connections and refuses new ones. */
  cut(): void;
  /** Delays what passes from now on, by so much in each direction; the order stays. */
  delay(options: { readonly ms: number }): void;
  /** Takes connections and bytes, and lets nothing through in either direction: nobody is told that the link is dead. */
  blackHole(): void;
  heal(): void;
}

export interface TcpProxy extends LinkFaults, AsyncDisposable {
  readonly address: Address;
  counts(): ProxyCounts;
}

type Mode = { readonly kind: "open" | "cut" | "black-hole" } | { readonly kind: "delay"; readonly ms: number };

interface Pair {
  readonly client: Socket;
  readonly target: Socket;
  /** Bytes were swallowed: what comes next would make no sense. */
  torn: boolean;
}

type Tally = { -readonly [Name in keyof Omit<ProxyCounts, "open">]: ProxyCounts[Name] };

/** Listens on an address and passes every connection on to the target. Throws `PORT_TAKEN` when it can't listen. */
export async function openTcpProxy({ listen, target }: { listen: Address; target: Address }): Promise<TcpProxy> {
  const state: ProxyState = { mode: { kind: "open" }, pairs: new Set(), tally: noTally() };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => accept({ state, client, target }));
  await listenOn(server, listen);
  const setMode = (mode: Mode) => {
    state.mode = mode;
  };
  return {
    address: listen,
    cut: () => {
      setMode({ kind: "cut" });
      breakPairs(state, () => true);
    },
    delay: ({ ms }) => setMode({ kind: "delay", ms }),
    blackHole: () => setMode({ kind: "black-hole" }),
    heal: () => {
      setMode({ kind: "open" });
      breakPairs(state, ({ torn }) => torn);
    },
    counts: () => ({ ...state.tally, open: state.pairs.size }),
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      for (const pair of state.pairs) destroy(pair);
      await closed;
    },
  };
}

interface ProxyState {
  mode: Mode;
  readonly pairs: Set<Pair>;
  readonly tally: Tally;
}

function accept({ state, client, target }: { state: ProxyState; client: Socket; target: Address }): void {
  state.tally.connections += 1;
  if (state.mode.kind === "cut") {
    state.tally.refused += 1;
    client.on("error", () => undefined);
    // Accepted and reset at once, not unheard: a closed port could be taken by somebody else before the link heals.
    client.resetAndDestroy();
    return;
  }
  const pair: Pair = { client, target: connect({ ...target, allowHalfOpen: true, noDelay: true }), torn: false };
  state.pairs.add(pair);
  for (const [socket, other] of [
    [client, pair.target],
    [pair.target, client],
  ] as const) {
    // One end's failure is the other's: that is all that TCP can say.
    socket.on("error", () => other.resetAndDestroy());
    socket.on("close", () => {
      other.destroy();
      state.pairs.delete(pair);
    });
  }
  void pump({ from: client, to: pair.target, pass: passing(state, pair, "bytesToTarget") });
  void pump({ from: pair.target, to: client, pass: passing(state, pair, "bytesToClient") });
}

/** Decides what becomes of each piece that comes in, and counts it. */
function passing(state: ProxyState, pair: Pair, count: "bytesToTarget" | "bytesToClient"): Direction {
  return (chunk) => {
    const { mode, tally } = state;
    const bytes = chunk?.length ?? 0;
    if (mode.kind === "black-hole" || pair.torn) {
      pair.torn = true;
      tally.bytesSwallowed += bytes;
      return "swallow";
    }
    tally[count] += bytes;
    if (count === "bytesToTarget" && isHttpRequest(chunk)) tally.httpRequests += 1;
    if (mode.kind !== "delay") return { delayMs: 0 };
    tally.bytesDelayed += bytes;
    return { delayMs: mode.ms };
  };
}

function isHttpRequest(chunk: Buffer | undefined): boolean {
  return chunk !== undefined && /^(?:GET|HEAD|PUT|POST|DELETE) \//.test(chunk.toString("latin1", 0, 8));
}

function breakPairs({ pairs, tally }: ProxyState, which: (pair: Pair) => boolean): void {
  for (const pair of [...pairs].filter(which)) {
    tally.broken += 1;
    destroy(pair);
  }
}

/** With a reset, as a broken link ends: an orderly end would tell the program that all is well. */
function destroy({ client, target }: Pair): void {
  client.resetAndDestroy();
  target.resetAndDestroy();
}

async function listenOn(server: Server, { host, port }: Address): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (error) {
    throw environmentError({
      code: systemCode(error) === "EADDRINUSE" ? "PORT_TAKEN" : "PROXY_FAILED",
      what: `a proxy could not listen on ${host}:${port}`,
      got: messageOf(error),
      remedy: "start again: another port will be chosen",
      cause: error,
    });
  }
}

function noTally(): Tally {
  return {
    connections: 0,
    broken: 0,
    refused: 0,
    bytesToTarget: 0,
    bytesToClient: 0,
    httpRequests: 0,
    bytesDelayed: 0,
    bytesSwallowed: 0,
  };
}
