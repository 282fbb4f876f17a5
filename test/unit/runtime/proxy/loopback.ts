import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Address } from "#core/addresses.ts";
import { deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import { choosePort } from "#runtime/free-port.ts";
import { openTcpProxy, type TcpProxy } from "#runtime/proxy/tcp-proxy.ts";

/** A TCP server on loopback whose behaviour with each connection the test gives. */
export async function listenWith(behave: (socket: Socket) => void): Promise<AsyncDisposable & { address: Address }> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    behave(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    address: { host: "127.0.0.1", port },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** Sends everything back, and ends when the client does. */
export const echo = (socket: Socket) => void socket.pipe(socket);

export async function proxyTo(target: Address): Promise<TcpProxy> {
  return proxyThrough(() => connect({ ...target, allowHalfOpen: true, noDelay: true }));
}

/** A proxy whose connections go through a relay. */
export async function proxyThrough(dial: () => Duplex): Promise<TcpProxy> {
  return openTcpProxy({ listen: { host: "127.0.0.1", port: await choosePort() }, dial });
}

/** A client connection that collects what it gets. */
export async function dial(address: Address): Promise<Client> {
  const socket = connect({ ...address, allowHalfOpen: true });
  const received: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => void received.push(chunk));
  const ended = once(socket, "end").then(() => Buffer.concat(received));
  const { promise: broken, resolve } = Promise.withResolvers<"closed">();
  socket.on("close", () => resolve("closed"));
  socket.on("error", () => undefined);
  ended.catch(() => undefined);
  // A cut link resets so fast that the connection may never be seen open.
  await Promise.race([once(socket, "connect").catch(() => undefined), broken]);
  return { socket, ended, broken, received: () => Buffer.concat(received) };
}

export interface Client {
  readonly socket: Socket;
  /** Everything received, once the other side has ended. */
  readonly ended: Promise<Buffer>;
  /** Resolves when the connection is gone. */
  readonly broken: Promise<"closed">;
  received(): Buffer;
}

/** Waits until a condition holds. */
export async function until(holds: () => boolean): Promise<void> {
  await poll({
    what: "the condition to hold",
    deadline: deadlineIn(5_000),
    everyMs: 2,
    look: async () => (holds() ? seen(undefined) : notYet("not yet")),
  });
}
