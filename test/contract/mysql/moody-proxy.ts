import { once } from "node:events";
import { createServer, connect as dial, type Socket } from "node:net";
import type { Address } from "#core/addresses.ts";

/** A proxy whose mood can change in the middle of a connection. */
export interface MoodyProxy extends AsyncDisposable {
  readonly address: Address;
  /** `pass`; `swallow-answers`: what the server says is lost; `hold-requests`: what the client says waits. */
  mood: "pass" | "swallow-answers" | "hold-requests";
  /** Ends the clients' side of every connection. The server's side stays. */
  cutClients(): void;
  /** Sends the server what was held back, and waits for its answer. */
  release(): Promise<void>;
}

export async function openMoodyProxy(target: Address): Promise<MoodyProxy> {
  const pairs: { client: Socket; server: Socket; held: Buffer[] }[] = [];
  const listener = createServer((client) => {
    const pair = { client, server: dial(target), held: [] as Buffer[] };
    pairs.push(pair);
    client.on("data", (bytes) => {
      if (proxy.mood === "hold-requests") pair.held.push(bytes);
      else pair.server.write(bytes);
    });
    pair.server.on("data", (bytes) => {
      if (proxy.mood !== "swallow-answers" && !client.destroyed) client.write(bytes);
    });
    for (const socket of [client, pair.server]) socket.on("error", () => undefined);
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const bound = listener.address();
  const proxy: MoodyProxy = {
    address: { host: "127.0.0.1", port: typeof bound === "object" && bound !== null ? bound.port : 0 },
    mood: "pass",
    cutClients: () => {
      for (const { client } of pairs) client.destroy();
    },
    release: async () => {
      const late = pairs.filter(({ held }) => held.length > 0);
      await Promise.all(
        late.map(async ({ server, held }) => {
          server.write(Buffer.concat(held.splice(0)));
          await once(server, "data");
        }),
      );
    },
    [Symbol.asyncDispose]: async () => {
      for (const { client, server } of pairs) {
        client.destroy();
        server.destroy();
      }
      listener.close();
      await once(listener, "close");
    },
  };
  return proxy;
}
