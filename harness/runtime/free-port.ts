import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { invariant } from "#core/errors.ts";

const handedOut = new Set<number>();

/**
 * A port of 127.0.0.1 that nobody listens on, never the same one twice in this process. One connection is made to it
 * and closed from the port's side: the pair stays in TIME_WAIT for a minute, in which the system hands the port out to
 * nobody (to another stack that starts at the same time, say), while a server that asks for it by number gets it.
 */
export async function choosePort(): Promise<number> {
  for (;;) {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = addressOf(server);
    await leaveTimeWait(server, port);
    if (handedOut.has(port)) continue;
    handedOut.add(port);
    return port;
  }
}

async function leaveTimeWait(server: Server, port: number): Promise<void> {
  server.on("connection", (side: Socket) =>
    side
      .on("error", () => undefined)
      .resume()
      .end(),
  );
  const client = connect(port, "127.0.0.1").resume();
  await once(client, "close");
  server.close();
  await once(server, "close");
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  invariant(address !== null && typeof address === "object", "a TCP server has an address once it listens");
  return address;
}
