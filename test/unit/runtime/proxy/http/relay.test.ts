import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import type { Address } from "#core/addresses.ts";
import { type HttpRule, makeHttpBook } from "#runtime/proxy/http/book.ts";
import { storeError } from "#runtime/proxy/http/error-bodies.ts";
import { type StoreKind, storeKind, storeKinds } from "#runtime/proxy/http/kinds.ts";
import { httpRelay } from "#runtime/proxy/http/relay.ts";
import { dial, listenWith, proxyThrough, until } from "../loopback.ts";

const file = "/lake/warehouse/hr/salaries/data/1.parquet";

/** An HTTP server that notes what it was asked, behind a proxy that knows S3's requests. */
async function behindProxy(behave?: (asked: IncomingMessage, told: ServerResponse) => void) {
  const heard: string[] = [];
  const server = createServer((asked, told) => {
    void (async () => {
      heard.push(`${asked.method} ${asked.url} ${await text(asked)}`);
      if (behave === undefined) told.end("served");
      else behave(asked, told);
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  const book = makeHttpBook({ kinds: storeKinds, classify: storeKind, errorBody: storeError });
  const proxy = await proxyThrough(httpRelay({ target: { host: "127.0.0.1", port }, book }));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    heard,
    book,
    proxy,
    server,
    send: (options: Sending) => send({ agent, address: proxy.address, ...options }),
    rule: (rule: HttpRule<StoreKind>) => book.rule(rule),
    [Symbol.asyncDispose]: async () => {
      agent.destroy();
      await proxy[Symbol.asyncDispose]();
      server.closeAllConnections();
      server.close();
    },
  };
}

interface Sending {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

interface Answered {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}

async function send({
  agent,
  address,
  method = "GET",
  path = file,
  headers = {},
  body,
}: Sending & { agent: Agent; address: Address }): Promise<Answered> {
  const asking = request({ ...address, agent, method, path, headers });
  asking.end(body);
  const [answer] = (await once(asking, "response")) as [IncomingMessage];
  // What breaks from now on is told by the body.
  asking.on("error", () => undefined);
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await text(answer) };
}

const broken = { rejected: expect.stringMatching(/socket hang up|ECONNRESET|aborted/) };
const outcome = (sending: Promise<Answered>) =>
  sending.then(
    (answer) => answer,
    (error: Error) => ({ rejected: error.message }),
  );

test("requests and answers pass as they are, are told apart, and share the client's connection", async () => {
  await using here = await behindProxy((asked, told) => {
    told.writeHead(asked.method === "HEAD" ? 204 : 201, "Made", { ETag: '"e"', "X-Odd-Name": "one" });
    told.end(asked.method === "HEAD" ? undefined : String(asked.headers["x-mine"]));
  });
  const put = await here.send({ method: "PUT", body: "rows", headers: { "X-Mine": "yes", "Content-Length": "4" } });
  const head = await here.send({ method: "HEAD", headers: { "X-Mine": "yes" } });

  expect(put).toMatchObject({ status: 201, body: "yes", headers: { etag: '"e"', "x-odd-name": "one" } });
  expect(head).toMatchObject({ status: 204, body: "" });
  expect(here.heard).toEqual([`PUT ${file} rows`, `HEAD ${file} `]);
  expect([here.book.requests("put-data-file"), here.book.requests("head"), here.book.requests()]).toEqual([1, 1, 2]);
  expect(here.proxy.counts().connections).toBe(1);
});

test("bytes on the wire are the client's own: chunks stay chunks, names keep their case, no body is invented", async () => {
  const wire: string[] = [];
  await using server = await listenWith((socket) => {
    socket.on("data", (chunk: Buffer) => {
      wire.push(chunk.toString("latin1"));
      if (/0\r\n\r\n$|Content-Length: 0\r\n/.test(wire.join(""))) {
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nx-AMZ-Thing: a\r\n\r\nok");
      }
    });
  });
  const book = makeHttpBook({ kinds: storeKinds, classify: storeKind, errorBody: storeError });
  await using proxy = await proxyThrough(httpRelay({ target: server.address, book }));
  const client = await dial(proxy.address);
  client.socket.write(
    `PUT ${file} HTTP/1.1\r\nhost: s3.local\r\nX-AMZ-Content-Sha256: STREAMING\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nrows\r\n0\r\n\r\n`,
  );
  await until(() => String(client.received()).endsWith("\r\n\r\nok"));

  expect(wire.join("")).toContain("\r\nX-AMZ-Content-Sha256: STREAMING\r\nTransfer-Encoding: chunked\r\n");
  expect(wire.join("")).toMatch(/\r\n4\r\nrows\r\n0\r\n\r\n$/);
  expect(String(client.received())).toContain("x-AMZ-Thing: a\r\n");
  client.socket.write(`POST ${file}?uploads HTTP/1.1\r\nhost: s3.local\r\n\r\n`);
  await until(() => book.requests("multipart-start") === 1 && String(client.received()).split("ok").length > 2);
  client.socket.destroy();
});

test("a client that waits for 100 Continue gets the server's own", async () => {
  await using here = await behindProxy();
  const asking = request({
    ...here.proxy.address,
    method: "PUT",
    path: file,
    headers: { Expect: "100-continue", "Content-Length": "4" },
  });
  asking.flushHeaders();
  await once(asking, "continue");
  expect(here.heard).toEqual([]);
  asking.end("rows");
  const [answer] = (await once(asking, "response")) as [IncomingMessage];
  expect(await text(answer)).toBe("served");
  expect(here.heard).toEqual([`PUT ${file} rows`]);
});

test("answer: the n-th is told something else, in the server's own language, and the server never hears of it", async () => {
  await using here = await behindProxy();
  const rule = here.rule({ on: { kind: "put-data-file", nth: 2 }, do: { answer: { status: 503 } } });
  const told = [];
  for (const body of ["a", "b", "c"]) {
    told.push(await here.send({ method: "PUT", body, headers: { Expect: "100-continue", "Content-Length": "1" } }));
  }

  expect(told.map(({ status }) => status)).toEqual([200, 503, 200]);
  expect(told[1]?.body).toContain("<Code>SlowDown</Code>");
  expect(here.heard).toEqual([`PUT ${file} a`, `PUT ${file} c`]);
  expect([rule.matched(), rule.struck()]).toEqual([3, 1]);
});

test("forwardThenAnswer and forwardThenDrop: the server has done it, the client does not know", async () => {
  await using here = await behindProxy();
  here.rule({
    on: { kind: "put-data-file", times: 1 },
    do: { forwardThenAnswer: { status: 502, body: "bad gateway" } },
  });
  here.rule({ on: { kind: "delete" }, do: "forwardThenDrop" });

  expect(await here.send({ method: "PUT", body: "a" })).toMatchObject({ status: 502, body: "bad gateway" });
  expect(await outcome(here.send({ method: "DELETE" }))).toEqual(broken);
  expect(here.heard).toEqual([`PUT ${file} a`, `DELETE ${file} `]);
});

test("truncate: so many bytes, then a reset; a shorter body passes whole and is no blow", async () => {
  await using here = await behindProxy((_, told) => void told.end("0123456789"));
  const cut = here.rule({ on: { kind: "get", times: 1 }, do: { truncate: { bytes: 4 } } });
  expect(await outcome(here.send({}))).toEqual(broken);
  expect(cut.struck()).toBe(1);

  const idle = here.rule({ on: { kind: "get" }, do: { truncate: { bytes: 10 } } });
  expect(await here.send({})).toMatchObject({ body: "0123456789" });
  expect([idle.struck(), idle.missed()]).toEqual([0, ["the body had no more than 10 bytes"]]);
});

test("delay: it reaches the server only later; others don't wait", async () => {
  await using here = await behindProxy();
  const rule = here.rule({ on: { kind: "get", path: /late/ }, do: { delay: { ms: 120 } } });
  const began = performance.now();
  await Promise.all([
    send({ agent: new Agent(), address: here.proxy.address, path: `${file}?late` }),
    send({ agent: new Agent(), address: here.proxy.address, path: file }),
  ]);
  expect(performance.now() - began).toBeGreaterThan(115);
  expect(here.heard).toEqual([`GET ${file} `, `GET ${file}?late `]);
  expect(rule.struck()).toBe(1);
});

test("who watches hears of each request that matches when it comes, struck or not, until they watch no more", async () => {
  await using here = await behindProxy();
  const heard: string[] = [];
  const watch = here.book.watch({ kind: "put-data-file", table: "salaries" }, () => heard.push("put"));
  using _other = here.book.watch({ kind: "head" }, () => heard.push("head"));
  here.book.rule({ on: { kind: "put-data-file" }, do: { answer: { status: 503 } } });
  await here.send({ method: "PUT", body: "rows" });
  await here.send({ method: "HEAD" });
  await here.send({ method: "PUT", path: file.replaceAll("salaries", "titles"), body: "rows" });
  here.book.clear();
  await here.send({ method: "PUT", body: "rows" });
  watch[Symbol.dispose]();
  await here.send({ method: "PUT", body: "rows" });
  expect(heard).toEqual(["put", "head", "put"]);
});

test("a hold of an answer that broke off stops the answer to the same request, sent again", async () => {
  let served = 0;
  await using here = await behindProxy((asked, told) => {
    served += 1;
    if (served === 1) asked.socket.destroy();
    else told.end("served");
  });
  const hold = here.book.hold({ kind: "put-data-file", after: true });
  const put = () => here.send({ method: "PUT", body: "rows" });
  await expect(put()).rejects.toThrow();
  const again = put();
  expect(await hold.held).toBe(true);
  hold.release();
  expect((await again).body).toBe("served");
});

test("a hold stops one request before the server, or its answer; other connections go on", async () => {
  await using here = await behindProxy();
  const before = here.book.hold({ kind: "put-data-file", table: "salaries" });
  const put = here.send({ method: "PUT", body: "a" });
  expect(await before.held).toBe(true);
  expect((await send({ agent: new Agent(), address: here.proxy.address })).status).toBe(200);
  expect(here.heard).toEqual([`GET ${file} `]);
  before.release();
  expect((await put).status).toBe(200);

  const after = here.book.hold({ kind: "delete", table: /^hr\./, after: true });
  const gone = here.send({ method: "DELETE" });
  expect(await after.held).toBe(true);
  expect(here.heard).toContain(`DELETE ${file} `);
  here.book.clear();
  expect((await gone).status).toBe(200);
});

test("a client that goes while its request is held takes the request with it", async () => {
  await using here = await behindProxy();
  const hold = here.book.hold({ kind: "put-data-file" });
  const asking = request({ ...here.proxy.address, method: "PUT", path: file });
  asking.on("error", () => undefined);
  asking.end("a");
  await hold.held;
  asking.destroy();
  await until(() => here.proxy.counts().open === 0);
  hold.release();
  await here.send({});
  expect(here.heard).toEqual([`GET ${file} `]);
});

test("a link that is cut breaks towards the server, too, in the middle of an upload", async () => {
  const ended: string[] = [];
  await using server = await listenWith((socket) => {
    socket.on("data", () => void ended.push("data"));
    socket.on("error", (error) => void ended.push(error.message));
  });
  const book = makeHttpBook({ kinds: storeKinds, classify: storeKind, errorBody: storeError });
  await using proxy = await proxyThrough(httpRelay({ target: server.address, book }));
  const client = await dial(proxy.address);
  client.socket.write(`PUT ${file} HTTP/1.1\r\nhost: s3.local\r\nContent-Length: 1000\r\n\r\nsome of it`);
  await until(() => ended.includes("data"));
  proxy.cut();

  expect(await client.broken).toBe("closed");
  await until(() => ended.includes("read ECONNRESET"));
});

test("a server that is not there, or breaks off, looks like that to the client", async () => {
  await using here = await behindProxy((asked, told) => {
    if (asked.method === "DELETE") told.destroy();
    else told.end("served");
  });
  expect(await outcome(here.send({ method: "DELETE" }))).toEqual(broken);
  expect((await here.send({})).status).toBe(200);
  // An idle connection ends when the server's does.
  here.server.closeIdleConnections();
  await until(() => here.proxy.counts().open === 0);
  here.server.close();
  expect(await outcome(here.send({}))).toEqual(broken);
});

test("a rule that nobody could mean is refused when it is set", async () => {
  const book = makeHttpBook<string>({ kinds: storeKinds, classify: storeKind, errorBody: storeError });
  const invalid = expect.objectContaining({ code: "RULE_INVALID", blame: "usage" });
  expect(() => book.rule({ on: { kind: "commit" }, do: "forwardThenDrop" })).toThrow(invalid);
  expect(() => book.rule({ on: { kind: "get" }, do: { answer: { status: 99 } } })).toThrow(invalid);
  expect(() => book.hold({ kind: "get", nth: 0 })).toThrow(invalid);
});
