import { once } from "node:events";
import { createConnection } from "mysql2";
import { z } from "zod";
import type { ConnectOptions } from "#stages/mysql/client.ts";

type Register = (replica: Readonly<Record<string, number>>, done: () => void) => unknown;

// A method of mysql2's that its types leave out.
const registering = z.object({
  _registerSlave: z.custom<Register>((value) => typeof value === "function"),
});

/** A replica of this id is registered until it is disposed. It reads nothing. */
export async function replicaOf({ address, user, password }: ConnectOptions, id: number): Promise<AsyncDisposable> {
  const connection = createConnection({ host: address.host, port: address.port, user, password });
  connection.on("error", () => undefined);
  await once(connection, "connect");
  const { _registerSlave: register } = registering.parse(connection);
  await new Promise<void>((done) => register.call(connection, { serverId: id, masterId: 0 }, done));
  return { [Symbol.asyncDispose]: async () => connection.destroy() };
}
