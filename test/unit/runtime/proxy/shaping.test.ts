import { expect, test } from "vitest";
import { stopwatch } from "#core/clock.ts";
import { pause } from "#core/deadline.ts";
import { dial, echo, listenWith, proxyTo, until } from "./loopback.ts";

test("jitter delays each piece by its own time, keeps the order, and is the same for the same seed", async () => {
  await using server = await listenWith(echo);
  await using proxy = await proxyTo(server.address);
  const client = await dial(proxy.address);
  proxy.jitter({ fromMs: 5, toMs: 60, seed: 7 });

  const letters = "abcdefghijklmnop".split("");
  for (const letter of letters) {
    client.socket.write(letter);
    await pause(3);
  }
  await until(() => client.received().length === letters.length);

  expect(String(client.received())).toBe(letters.join(""));
  expect(proxy.counts().bytesDelayed).toBe(2 * letters.length);
});

test("a narrow link lets so many bytes a second through, in trickles, and healed lets the rest go at once", async () => {
  await using server = await listenWith(echo);
  await using proxy = await proxyTo(server.address);
  const client = await dial(proxy.address);
  proxy.bandwidth({ bytesPerSecond: 20_000 });

  const elapsedMs = stopwatch();
  client.socket.end(Buffer.alloc(60_000));
  await until(() => client.received().length >= 8_000);

  expect(elapsedMs()).toBeGreaterThan(380);
  expect(client.received().length).toBeLessThan(20_000);
  expect(proxy.counts().bytesThrottled).toBeGreaterThanOrEqual(60_000);
  proxy.heal();
  expect((await client.ended).length).toBe(60_000);
  expect(elapsedMs()).toBeLessThan(2_500);
});

test("of a half-open link one direction is silent and the other is not", async () => {
  await using server = await listenWith((socket) => {
    socket.write("hello");
    socket.on("data", () => void socket.write("you said something"));
  });
  await using proxy = await proxyTo(server.address);
  const before = await dial(proxy.address);
  await until(() => String(before.received()) === "hello");

  proxy.halfOpen({ swallow: "to-target" });
  before.socket.write("do you hear me");
  const late = await dial(proxy.address);
  await until(() => String(late.received()) === "hello");
  await until(() => proxy.counts().bytesSwallowed === "do you hear me".length);

  expect(String(before.received())).toBe("hello");
  expect(proxy.counts()).toMatchObject({ open: 2, broken: 0 });
  proxy.heal();
  expect(await before.broken).toBe("closed");
  late.socket.write("now?");
  await until(() => String(late.received()) === "helloyou said something");
});

test("a connection is reset when it has carried so many bytes, and the next one is not", async () => {
  await using server = await listenWith(echo);
  await using proxy = await proxyTo(server.address);
  const client = await dial(proxy.address);
  client.socket.write("0123456789");
  await until(() => client.received().length === 10);

  proxy.resetAfter({ bytes: 5, direction: "to-client" });
  client.socket.write("abcdefgh");

  expect(await client.broken).toBe("closed");
  expect(String(client.received())).toBe("0123456789abcde");
  expect(proxy.counts().resets).toBe(1);
  const next = await dial(proxy.address);
  next.socket.end("abcdefgh");
  expect(String(await next.ended)).toBe("abcdefgh");
});

test("what makes no sense is refused before it is done", async () => {
  await using server = await listenWith(echo);
  await using proxy = await proxyTo(server.address);
  const invalid = expect.objectContaining({ code: "FAULT_INVALID", blame: "usage" });

  expect(() => proxy.bandwidth({ bytesPerSecond: 0 })).toThrow(invalid);
  expect(() => proxy.jitter({ fromMs: 10, toMs: 5, seed: 1 })).toThrow(invalid);
  expect(() => proxy.resetAfter({ bytes: -1, direction: "to-target" })).toThrow(invalid);
});
