import { once } from "node:events";
import { createServer } from "node:http";
import { expect, test } from "vitest";
import type { Address, LinkName } from "#core/addresses.ts";
import { Scope } from "#core/scope.ts";
import type { FaultContext } from "#run/context.ts";
import type { Fault } from "#run/fault.ts";
import { faults } from "#run/faults.ts";
import { makeHappenings } from "#run/happenings.ts";
import { type Moments, makeMoments } from "#run/moments.ts";
import { choosePort } from "#runtime/free-port.ts";
import { openLinks } from "#runtime/links.ts";
import { requestFrame } from "../runtime/proxy/kafka/requests.ts";
import { dial, echo, listenWith } from "../runtime/proxy/loopback.ts";

const commit = "/v1/namespaces/hr/tables/salaries";

/** A link to a server of the test, and what a fault may reach for. */
async function linkTo(scope: Scope, name: LinkName, target: Address) {
  const runtime = {
    proxyAddress: async () => {
      const listen = { host: "127.0.0.1", port: await choosePort() };
      return { listen, inner: listen };
    },
  };
  const links = openLinks({ scope, proxied: new Set([name]), runtime });
  const told: string[] = [];
  const history = { append: ({ label }: { label: string }) => void told.push(label) };
  const happenings = makeHappenings();
  const moments = makeMoments(happenings);
  const { promise: stands, resolve } = Promise.withResolvers<void>();
  const fromNow: Moments["fromNow"] = () => {
    resolve();
    return moments.fromNow();
  };
  return {
    address: await links.link(name, target),
    context: { stack: { links }, seed: 7, history, moments: { ...moments, fromNow } } as unknown as FaultContext,
    happenings,
    /** Resolves when a fault asks when its parts may strike. */
    stands,
    told,
  };
}

async function httpServer(scope: Scope): Promise<Address> {
  const server = createServer((asked, told) => {
    asked.resume();
    asked.on("end", () => told.end("served"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  await scope.defer("server", () => {
    server.closeAllConnections();
    server.close();
  });
  const bound = server.address();
  return { host: "127.0.0.1", port: typeof bound === "object" && bound !== null ? bound.port : 0 };
}

const post = ({ host, port }: Address, path = commit) =>
  fetch(`http://${host}:${port}${path}`, { method: "POST", body: "{}" }).then(
    ({ status }) => status,
    () => "broken",
  );

const at = { atMs: 0 };

test.each([
  [faults.http("sink->catalog", { ...at, on: { kind: "commit" }, do: { answer: { status: 409 } } }), 409],
  [faults.http("sink->catalog", { ...at, on: { kind: "commit" }, do: { forwardThenAnswer: { status: 502 } } }), 502],
  [faults.http("sink->catalog", { ...at, on: { kind: "commit" }, do: "forwardThenDrop" }), "broken"],
  [faults.http("sink->catalog", { ...at, on: { kind: "commit" }, do: { delay: { ms: 5 } } }), 200],
  [faults.http("sink->catalog", { ...at, on: { kind: "commit" }, do: { truncate: { bytes: 1 } } }), 200],
] as const)("a fault on requests leaves its mark, and is gone when it is healed: $label", async (fault, status) => {
  await using scope = new Scope("test");
  const { address, context } = await linkTo(scope, "sink->catalog", await httpServer(scope));
  const injected = await fault.inject(context);
  expect(await injected.proof()).toBeUndefined();
  expect(injected.excuse?.()).toBe("no commit request that it is about came");

  expect(await post(address)).toBe(status);
  if (fault.label.startsWith("cut the answer")) await post(address);

  await injected.heal();
  expect(await injected.proof()).toMatch(/^struck [12] of [12] commit requests on sink->catalog$/);
  expect(await post(address)).toBe(200);
});

test("a fault on some requests waits for them when the act is over", async () => {
  await using scope = new Scope("test");
  const { address, context } = await linkTo(scope, "sink->catalog", await httpServer(scope));
  const fault = faults.http("sink->catalog", {
    ...at,
    on: { kind: "commit", nth: 1 },
    do: { answer: { status: 409 } },
  });
  const injected = await fault.inject(context);
  const outlasting = injected.outlasts?.();
  expect(await post(address)).toBe(409);
  await outlasting;
  expect(await injected.proof()).toBe("struck 1 of 1 commit requests on sink->catalog");
});

test("a fault whose turn did not come says how many came", async () => {
  await using scope = new Scope("test");
  const { address, context } = await linkTo(scope, "sink->catalog", await httpServer(scope));
  const fault = faults.http("sink->catalog", { ...at, on: { kind: "commit", nth: 3 }, do: "forwardThenDrop" });
  const injected = await fault.inject(context);
  await post(address);

  expect(await injected.proof()).toBeUndefined();
  expect(injected.excuse?.()).toBe("only 1 commit requests came, and it was none of theirs");
});

test.each([
  [faults.jitter("debezium->mysql", { ...at, fromMs: 1, toMs: 5 })],
  [faults.delay("debezium->mysql", { ...at, ms: 5 })],
  [faults.bandwidth("debezium->mysql", { ...at, bytesPerSecond: 10_000 })],
  [faults.halfOpen("debezium->mysql", { ...at, swallow: "to-client" })],
  [faults.blackHole("debezium->mysql", at)],
  [faults.cut("debezium->mysql", at)],
  [faults.resetAfter("debezium->mysql", { ...at, bytes: 2, direction: "to-target" })],
])("a fault on bytes leaves its mark, and none where nothing passes: $label", async (fault: Fault) => {
  await using server = await listenWith(echo);
  await using scope = new Scope("test");
  const { address, context } = await linkTo(scope, "debezium->mysql", server.address);
  const injected = await fault.inject(context);
  expect(await injected.proof()).toBeUndefined();

  const client = await dial(address);
  client.socket.write("hello");
  await expect.poll(() => injected.proof()).toMatch(/^debezium->mysql felt it: [1-9]/);

  await injected.heal();
  const next = await dial(address);
  next.socket.end("again");
  expect(String(await next.ended)).toBe("again");
});

test("an error for a client of Kafka leaves its mark", async () => {
  await using server = await listenWith((socket) => void socket.resume());
  await using scope = new Scope("test");
  const { address, context } = await linkTo(scope, "sink->kafka", server.address);
  const fault = faults.kafka("sink->kafka", { ...at, api: "EndTxn", error: "NOT_COORDINATOR", times: 1 });
  expect(fault.label).toBe("NOT_COORDINATOR for EndTxn (once) on sink->kafka at 0 ms");
  const injected = await fault.inject(context);
  expect(injected.excuse?.()).toBe("no EndTxn request that it is about came");

  const client = await dial(address);
  client.socket.write(requestFrame({ api: "EndTxn", version: 3, correlationId: 1, clientId: "sink", body: {} }));
  await expect.poll(() => injected.proof()).toBe("struck 1 of 1 EndTxn requests on sink->kafka");
});

test("while a step is held another fault strikes; then it is let go", async () => {
  await using scope = new Scope("test");
  const { address, context, told } = await linkTo(scope, "sink->catalog", await httpServer(scope));
  const lie = faults.http("sink->catalog", {
    ...at,
    on: { kind: "commit" },
    do: { forwardThenAnswer: { status: 502 } },
  });
  const held = { ...at, on: { kind: "commit", table: "salaries" }, forMs: 50 } as const;
  const fault = faults.hold("sink->catalog", held, lie);
  expect(fault.links).toEqual(["sink->catalog", "sink->catalog"]);

  const striking = fault.inject(context);
  const asking = post(address);
  const injected = await striking;

  expect(await asking).toBe(502);
  expect(told).toEqual([lie.label]);
  const proof = (await injected.proof()) ?? "";
  expect(proof).toMatch(/^commit stood on sink->catalog for \d+ ms; struck 1 of 1 commit requests/);
  expect(Number(/for (\d+) ms/.exec(proof)?.[1])).toBeGreaterThanOrEqual(49);
  await injected.heal();
  expect(await post(address)).toBe(200);
});

test("a step is held until what another fault waits for has been seen, and the fault has struck", async () => {
  await using scope = new Scope("test");
  const { address, context, happenings, stands, told } = await linkTo(scope, "sink->catalog", await httpServer(scope));
  const event = { log: "connect-1", line: /ready/ } as const;
  const lie = faults.http("sink->catalog", {
    event,
    on: { kind: "commit" },
    do: { forwardThenAnswer: { status: 502 } },
  });
  const fault = faults.hold("sink->catalog", { ...at, on: { kind: "commit" } }, lie);
  expect(fault.awaits).toEqual([event]);
  happenings.note({ kind: "log", server: "connect-1", line: "ready" });

  const striking = fault.inject(context);
  const asking = post(address);
  await stands;
  expect(told).toEqual([]);
  happenings.note({ kind: "log", server: "connect-1", line: "ready" });
  const injected = await striking;
  expect(told).toEqual([lie.label]);
  expect(await asking).toBe(502);
  await injected.heal();
});

test("a step that does not come is not waited for for ever, and nothing strikes", async () => {
  await using scope = new Scope("test");
  const { context, told } = await linkTo(scope, "sink->catalog", await httpServer(scope));
  const fault = faults.hold("sink->catalog", { ...at, on: { kind: "commit" }, withinMs: 20 }, faults.kill("mysql", at));
  expect(fault.servers).toEqual(["mysql"]);
  const injected = await fault.inject(context);

  expect(await injected.proof()).toBeUndefined();
  expect(injected.excuse?.()).toContain("no commit came on sink->catalog within 20 ms");
  expect(told).toEqual([]);
});

test("what a link speaks, the compiler knows", () => {
  // @ts-expect-error: an object store gets no commits
  faults.http("sink->object-store", { ...at, on: { kind: "commit" }, do: "forwardThenDrop" });
  // @ts-expect-error: MySQL's protocol is not read
  faults.http("debezium->mysql", { ...at, on: { kind: "get" }, do: "forwardThenDrop" });
  // @ts-expect-error: a catalog speaks no Kafka
  faults.hold("sink->catalog", { ...at, on: { api: "EndTxn" } }, []);
  const typed = (links: FaultContext["stack"]["links"]) => {
    links.proxyOf("sink->catalog").rule({ on: { kind: "commit" }, do: { answer: { status: 409 } } });
    // @ts-expect-error: a catalog gets no data files
    links.proxyOf("sink->catalog").rule({ on: { kind: "put-data-file" }, do: "forwardThenDrop" });
    // @ts-expect-error: nothing is known of MySQL's requests
    links.proxyOf("debezium->mysql").rule({});
  };
  expect(typed).toBeTypeOf("function");
});
