import { expect, test } from "vitest";
import type { Address } from "#core/addresses.ts";
import { Scope } from "#core/scope.ts";
import { choosePort } from "#runtime/free-port.ts";
import { openLinks } from "#runtime/links.ts";
import { dial, echo, listenWith } from "./proxy/loopback.ts";

const runtime = {
  proxyAddress: async () => {
    const address = { host: "127.0.0.1", port: await choosePort() };
    return { listen: address, inner: { host: "host.inside", port: address.port } };
  },
};

/** A server that is seen under one name by the harness and under another by the stack's servers. */
function serverAt(address: Address) {
  return { address: () => address, innerAddress: () => ({ host: "server.inside", port: address.port }) };
}

test("a link without a proxy leads to the server itself, as its client sees it", async () => {
  await using scope = new Scope("test");
  const links = openLinks({ scope, runtime, proxied: new Set() });
  const server = serverAt({ host: "127.0.0.1", port: 3306 });

  expect(await links.link("harness->mysql", { server, port: "sql" })).toEqual({ host: "127.0.0.1", port: 3306 });
  expect(await links.link("debezium->mysql", { server, port: "sql" })).toEqual({ host: "server.inside", port: 3306 });
  expect(() => links.proxyOf("harness->mysql")).toThrow("no proxy stands in the link harness->mysql");
});

test("a proxied link leads to a proxy in front of the server, which can break that link and no other", async () => {
  await using server = await listenWith(echo);
  await using scope = new Scope("test");
  const links = openLinks({ scope, runtime, proxied: new Set(["harness->mysql"]) });
  const address = await links.link("harness->mysql", server.address);
  const other = await links.link("duckdb->mysql", server.address);
  const client = await dial(address);
  const untouched = await dial(other);

  links.proxyOf("harness->mysql").cut();

  expect(address).not.toEqual(server.address);
  expect(await client.broken).toBe("closed");
  expect(untouched.socket.destroyed).toBe(false);
  expect(links.proxyOf("harness->mysql").counts()).toMatchObject({ connections: 1, broken: 1 });
  untouched.socket.destroy();
});

test("the stack's servers get the proxy's address as they see it", async () => {
  await using scope = new Scope("test");
  const links = openLinks({ scope, runtime, proxied: new Set(["sink->catalog"]) });

  const { host } = await links.link("sink->catalog", { host: "127.0.0.1", port: 8181 });

  expect(host).toBe("host.inside");
});

test("a Kafka link to three brokers gets three proxies, which one fault breaks together", async () => {
  await using one = await listenWith(echo);
  await using two = await listenWith(echo);
  await using three = await listenWith(echo);
  await using scope = new Scope("test");
  const links = openLinks({ scope, runtime, proxied: new Set(["harness->kafka"]) });
  const brokers = [one, two, three].map(({ address }) => address);
  const addresses = await Promise.all(brokers.map((broker) => links.link("harness->kafka", broker)));
  const clients = await Promise.all(addresses.map(dial));

  links.proxyOf("harness->kafka").cut();

  expect(new Set(addresses.map(({ port }) => port)).size).toBe(3);
  expect(await Promise.all(clients.map(({ broken }) => broken))).toEqual(["closed", "closed", "closed"]);
  expect(links.proxyOf("harness->kafka").counts().broken).toBe(3);
});

test("asking twice for the same link to the same server gives the same proxy", async () => {
  await using scope = new Scope("test");
  const links = openLinks({ scope, runtime, proxied: new Set(["harness->mysql"]) });
  const target = { host: "127.0.0.1", port: 3306 };

  const [first, second] = await Promise.all([
    links.link("harness->mysql", target),
    links.link("harness->mysql", target),
  ]);

  expect(second).toEqual(first);
});

test("a proxy whose port was taken in the meantime gets another one", async () => {
  await using thief = await listenWith(echo);
  await using scope = new Scope("test");
  const offers = [thief.address];
  const stolen = {
    proxyAddress: async () => {
      const address = offers.pop() ?? { host: "127.0.0.1", port: await choosePort() };
      return { listen: address, inner: address };
    },
  };
  const links = openLinks({ scope, runtime: stolen, proxied: new Set(["harness->mysql"]) });

  const address = await links.link("harness->mysql", thief.address);

  expect(address).not.toEqual(thief.address);
});
