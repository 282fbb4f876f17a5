import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { stopwatch } from "#core/clock.ts";
import { pause } from "#core/deadline.ts";
import { openTcpProxy } from "#runtime/proxy/tcp-proxy.ts";
import { type Client, dial, echo, listenWith, proxyTo, until } from "./loopback.ts";

test("bytes pass in both directions, whole and in order, and are counted", async () => {
  await using server = await listenWith(echo);
  await using proxy = await proxyTo(server.address);
  const sent = Buffer.alloc(3_000_000, (Math.PI * 1e15).toString());
  const client = await dial(proxy.address);

  client.socket.end(sent);

  expect((await client.ended).equals(sent)).toBe(true);
  expect(proxy.counts()).toMatchObject({ connections: 1, bytesToTarget: sent.length, bytesToClient: sent.length });
  await client.broken;
  await until(() => proxy.counts().open === 0);
});

test("a client that has ended still gets the answer: half-closed connections stay half open", async () => {
  await using server = await listenWith((socket) => {
    socket.resume();
    socket.on("end", () => socket.end("the answer, after your end"));
  });
  await using proxy = await proxyTo(server.address);
  const client = await dial(proxy.address);

  client.socket.end("the question");

  expect(String(await client.ended)).toBe("the answer, after your end");
});

test("a server that ends first can still be written to", async () => {
  const heard: string[] = [];
  await using server = await listenWith((socket) => {
    socket.end("that is all");
    socket.on("data", (chunk: Buffer) => void heard.push(String(chunk)));
  });
  await using proxy = await proxyTo(server.address);
  const client = await dial(proxy.address);

  expect(String(await client.ended)).toBe("that is all");
  client.socket.end("but I have more");

  await until(() => heard.join("") === "but I have more");
});

test("a reader that does not read stops the sender instead of filling the harness's memory", async () => {
  await using server = await listenWith((socket) => void socket.pause());
  await using proxy = await proxyTo(server.address);
  const client = await dial(proxy.address);
  const chunk = Buffer.alloc(1024 * 1024);
  let sent = 0;
  while (client.socket.write(chunk) || (await drained(client, 300))) sent += 1;

  expect(sent).toBeLessThan(40);
  expect(proxy.counts().bytesToTarget).toBeLessThan(40 * chunk.length);
});

test("a target that refuses breaks the client's connection", async () => {
  const server = await listenWith(echo);
  await using proxy = await proxyTo(server.address);
  await server[Symbol.asyncDispose]();

  const client = await dial(proxy.address);

  expect(await client.broken).toBe("closed");
});

test("a cut breaks open connections and refuses new ones until it is healed", async () => {
  await using server = await listenWith(echo);
  await using proxy = await proxyTo(server.address);
  const client = await dial(proxy.address);
  await said(client, "before");

  proxy.cut();

  expect(await client.broken).toBe("closed");
  expect(await (await dial(proxy.address)).broken).toBe("closed");
  expect(proxy.counts()).toMatchObject({ broken: 1, refused: 1, open: 0 });
  proxy.heal();
  await said(await dial(proxy.address), "after");
});

test("a delay costs its time in each direction, keeps the order, and does not slow a stream down", async () => {
  await using server = await listenWith(echo);
  await using proxy = await proxyTo(server.address);
  const client = await dial(proxy.address);
  proxy.delay({ ms: 80 });

  const elapsedMs = stopwatch();
  const letters = "abcdefghijklmnopqrstuvwxyz".split("");
  for (const letter of letters) {
    client.socket.write(letter);
    await pause(2);
  }
  await until(() => client.received().length === letters.length);

  expect(elapsedMs()).toBeGreaterThanOrEqual(160);
  // One delay after the other would take 26 times as long.
  expect(elapsedMs()).toBeLessThan(1_000);
  expect(String(client.received())).toBe(letters.join(""));
  expect(proxy.counts().bytesDelayed).toBe(2 * letters.length);
  proxy.heal();
  const healedMs = stopwatch();
  await said(client, "fast again");
  expect(healedMs()).toBeLessThan(60);
});

test("in a black hole connections open and stay open, and nothing answers", async () => {
  await using server = await listenWith(echo);
  await using proxy = await proxyTo(server.address);
  const idle = await dial(proxy.address);
  const talking = await dial(proxy.address);
  await said(idle, "hello");
  await said(talking, "hello");

  proxy.blackHole();
  talking.socket.write("is anybody there");
  const late = await dial(proxy.address);
  late.socket.write("or here");
  await until(() => proxy.counts().bytesSwallowed === "is anybody there".length + "or here".length);

  expect(String(talking.received())).toBe("hello");
  expect(proxy.counts()).toMatchObject({ connections: 3, open: 3, broken: 0 });

  proxy.heal();
  // What lost bytes can't go on, what lost none can.
  expect(await talking.broken).toBe("closed");
  expect(await late.broken).toBe("closed");
  await said(idle, "hello again");
  expect(proxy.counts()).toMatchObject({ open: 1, broken: 2 });
});

test("a second proxy on a taken address says PORT_TAKEN", async () => {
  await using server = await listenWith(echo);

  await expect(openTcpProxy({ listen: server.address, dial: () => connect(server.address) })).rejects.toMatchObject({
    code: "PORT_TAKEN",
  });
});

test("closing a proxy breaks its connections, so that nothing holds the harness open", async () => {
  await using server = await listenWith(echo);
  const proxy = await proxyTo(server.address);
  const client = await dial(proxy.address);
  await said(client, "hello");

  await proxy[Symbol.asyncDispose]();

  expect(await client.broken).toBe("closed");
});

/** Sends a text and waits until it came back. */
async function said(client: Client, text: string): Promise<void> {
  client.socket.write(text);
  await until(() => String(client.received()).endsWith(text));
}

async function drained({ socket }: Client, withinMs: number): Promise<boolean> {
  return Promise.race([once(socket, "drain").then(() => true), pause(withinMs).then(() => false)]);
}

test("a proxy that is diverted breaks what is open and leads to the other server from then on", async () => {
  await using first = await listenWith(echo);
  await using second = await listenWith((socket) => void socket.end("the other one"));
  await using proxy = await proxyTo(first.address);
  const before = await dial(proxy.address);
  before.socket.write("hello");
  await until(() => proxy.counts().bytesToClient === 5);

  proxy.divert(() => connect(second.address));

  await before.broken;
  const after = await dial(proxy.address);
  expect(String(await after.ended)).toBe("the other one");
  expect(proxy.counts()).toMatchObject({ connections: 2, broken: 1 });
});
