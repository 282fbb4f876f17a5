import { once } from "node:events";
import { createServer, type Server, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Address } from "#core/addresses.ts";
import { environmentError, messageOf, systemCode } from "#core/errors.ts";
import { type Lane, openLane, type Passed } from "./lane.ts";
import { type Direction, type LinkFaults, lateBetween, type Mode, narrow, resetting, trickle } from "./shaping.ts";

/** What passed through a proxy and what a fault did to it: the proof that the fault bit. */
export interface ProxyCounts {
  /** Connections taken, since the proxy was opened. */
  readonly connections: number;
  /** Connections open now. */
  readonly open: number;
  /** Open connections that a cut, another target, or the end of a fault that swallowed, broke. */
  readonly broken: number;
  /** Connections that came while the link was cut. */
  readonly refused: number;
  /** Connections that were reset when they had carried their bytes. */
  readonly resets: number;
  readonly bytesToTarget: number;
  readonly bytesToClient: number;
  /** Bytes that came late by a delay or by jitter. */
  readonly bytesDelayed: number;
  /** Bytes that a narrow link made wait. */
  readonly bytesThrottled: number;
  /** Bytes that a black hole or a half-open link took. */
  readonly bytesSwallowed: number;
}

export interface TcpProxy extends LinkFaults, AsyncDisposable {
  readonly address: Address;
  /** Leads elsewhere from now on, for good. Breaks the open connections: they are with the one that it led to. */
  divert(dial: () => Duplex): void;
  counts(): ProxyCounts;
}

interface Pair {
  readonly client: Socket;
  readonly target: Duplex;
  readonly lanes: Lane[];
  /** Directions in which bytes were swallowed: what comes next would make no sense there. */
  readonly torn: Set<Direction>;
}

type Tally = { -readonly [Name in keyof Omit<ProxyCounts, "open">]: ProxyCounts[Name] };

export interface TcpProxyOptions {
  readonly listen: Address;
  /** Opens the way to the target, for each connection: a socket, or a relay that reads the protocol. */
  readonly dial: () => Duplex;
}

/** Listens on an address and passes every connection on. Throws `PORT_TAKEN` when it can't listen. */
export async function openTcpProxy({ listen, dial }: TcpProxyOptions): Promise<TcpProxy> {
  const state: ProxyState = { mode: { kind: "open" }, dial, pairs: new Set(), tally: noTally() };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => accept(state, client));
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
    delay: ({ ms }) => setMode({ kind: "late", delayMs: () => ms }),
    jitter: (options) => setMode(lateBetween(options)),
    bandwidth: ({ bytesPerSecond }) => setMode(narrow(bytesPerSecond)),
    blackHole: () => setMode({ kind: "black-hole" }),
    halfOpen: ({ swallow }) => setMode({ kind: "half-open", swallow }),
    resetAfter: (options) => setMode(resetting(options)),
    heal: () => {
      setMode({ kind: "open" });
      breakPairs(state, ({ torn }) => torn.size > 0);
      for (const { lanes } of state.pairs) for (const lane of lanes) lane.hurry();
    },
    divert: (elsewhere) => {
      state.dial = elsewhere;
      breakPairs(state, () => true);
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
  dial: () => Duplex;
  readonly pairs: Set<Pair>;
  readonly tally: Tally;
}

function accept(state: ProxyState, client: Socket): void {
  state.tally.connections += 1;
  if (state.mode.kind === "cut") {
    state.tally.refused += 1;
    client.on("error", () => undefined);
    // Accepted and reset at once, not unheard: a closed port could be taken by somebody else before the link heals.
    client.resetAndDestroy();
    return;
  }
  const pair: Pair = { client, target: state.dial(), lanes: [], torn: new Set() };
  const { target, lanes } = pair;
  state.pairs.add(pair);
  for (const [socket, other] of [
    [client, target],
    [target, client],
  ] as const) {
    // One end's failure is the other's: that is all that TCP can say.
    socket.on("error", () => breakOff(other));
    socket.on("close", () => {
      // What ended in order still has its last pieces on their way to the other side.
      if (!socket.readableEnded) breakOff(other);
      if (other.destroyed) state.pairs.delete(pair);
    });
  }
  const queueBytesMax = () => (state.mode.kind === "narrow" ? 64 * 1024 : 4 * 1024 * 1024);
  lanes.push(openLane({ from: client, to: target, pass: passing(state, pair, "to-target"), queueBytesMax }));
  lanes.push(openLane({ from: target, to: client, pass: passing(state, pair, "to-client"), queueBytesMax }));
  void closeAfter(pair);
}

/** A relay has no other end that could close it when all is said. */
async function closeAfter({ target, lanes }: Pair): Promise<void> {
  await Promise.all(lanes.map(({ ended }) => ended));
  if (!(target instanceof Socket)) target.destroy();
}

/** Decides what becomes of each piece that comes in, and counts it. */
function passing(state: ProxyState, pair: Pair, direction: Direction): (chunk: Buffer | undefined) => Passed[] {
  return (chunk) => {
    const { mode, tally } = state;
    const bytes = chunk?.length ?? 0;
    if (mode.kind === "black-hole" || (mode.kind === "half-open" && mode.swallow === direction))
      pair.torn.add(direction);
    if (pair.torn.has(direction)) {
      tally.bytesSwallowed += bytes;
      return [];
    }
    tally[direction === "to-target" ? "bytesToTarget" : "bytesToClient"] += bytes;
    if (mode.kind === "late") {
      tally.bytesDelayed += bytes;
      return [{ chunk, delayMs: mode.delayMs() }];
    }
    if (chunk === undefined) return [{ chunk, delayMs: 0 }];
    if (mode.kind === "reset-after") return untilReset({ mode, tally, pair, direction, chunk });
    if (mode.kind !== "narrow") return [{ chunk, delayMs: 0 }];
    tally.bytesThrottled += bytes;
    return trickle(mode, direction, chunk);
  };
}

interface Resetting {
  readonly mode: Mode & { readonly kind: "reset-after" };
  readonly tally: Tally;
  readonly pair: Pair;
  readonly direction: Direction;
  readonly chunk: Buffer;
}

/** Passes what a connection may still carry; the piece that reaches the limit is its last. */
function untilReset({ mode, tally, pair, direction, chunk }: Resetting): Passed[] {
  const whole = { chunk, delayMs: 0 };
  if (mode.left === 0 || mode.direction !== direction) return [whole];
  const before = mode.carried.get(pair) ?? 0;
  const carried = before + chunk.length;
  mode.carried.set(pair, carried);
  if (carried < mode.bytes) return [whole];
  mode.left -= 1;
  tally.resets += 1;
  pair.torn.add("to-target").add("to-client");
  return [{ chunk: chunk.subarray(0, mode.bytes - before), delayMs: 0, afterwards: () => destroy(pair) }];
}

function breakPairs({ pairs, tally }: ProxyState, which: (pair: Pair) => boolean): void {
  for (const pair of [...pairs].filter(which)) {
    tally.broken += 1;
    destroy(pair);
  }
}

function destroy({ client, target }: Pair): void {
  breakOff(client);
  breakOff(target);
}

/** With a reset, as a broken link ends: an orderly end would tell the program that all is well. */
function breakOff(end: Duplex): void {
  if (end instanceof Socket) end.resetAndDestroy();
  else end.destroy();
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
    resets: 0,
    bytesToTarget: 0,
    bytesToClient: 0,
    bytesDelayed: 0,
    bytesThrottled: 0,
    bytesSwallowed: 0,
  };
}
