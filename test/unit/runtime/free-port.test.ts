import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { choosePort } from "#runtime/free-port.ts";
import { listenerOf } from "#runtime/native/listening.ts";

test("no port is handed out twice, not even to several who ask at once", async () => {
  const ports = await Promise.all(Array.from({ length: 60 }, () => choosePort()));

  expect(new Set(ports).size).toBe(60);
});

test("a chosen port is free: a server can listen on it, and it is seen to be its own", async () => {
  const port = await choosePort();
  expect(listenerOf({ group: process.pid, port })).toBe("nobody");
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");

  expect(["own", "unknown"]).toContain(listenerOf({ group: process.pid, port }));
  expect(["foreign", "unknown"]).toContain(listenerOf({ group: 1, port }));
  server.close();
});
