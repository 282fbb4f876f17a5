import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { Address } from "#core/addresses.ts";

/** A listener that passes everything on and counts who came. */
export interface Relay extends Disposable {
  readonly address: Address;
  connections(): number;
}

export async function countingRelay(target: () => Address): Promise<Relay> {
  let count = 0;
  const server = createServer((client) => {
    count++;
    const upstream = connect(target());
    client.pipe(upstream).pipe(client);
    client.on("error", () => upstream.destroy());
    upstream.on("error", () => client.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  return { address: { host: "127.0.0.1", port }, connections: () => count, [Symbol.dispose]: () => server.close() };
}
