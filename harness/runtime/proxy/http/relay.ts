import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Address } from "#core/addresses.ts";
import { pause } from "#core/deadline.ts";
import { type FarEnd, farEnd } from "../far-end.ts";
import type { Struck } from "../rules.ts";
import type { HttpBlow, HttpBook, ToldAnswer } from "./book.ts";

export interface HttpRelayOptions {
  readonly target: Address;
  readonly book: HttpBook;
}

/**
 * Reads the HTTP/1.1 requests of each connection and does with them what the link's rules and holds say. What no rule
 * is about passes as it came: headers in their order and spelling, bodies as streams, `Expect: 100-continue` asked of the
 * server itself. Every client's connection has one of its own to the server, and ends when that one does.
 */
export function httpRelay({ target, book }: HttpRelayOptions): () => Duplex {
  const connections = new WeakMap<Duplex, Connection>();
  const answer = (asked: IncomingMessage, told: ServerResponse) => {
    const connection = connections.get(asked.socket);
    // Whatever goes wrong between the two ends looks to the client as a connection that broke.
    if (connection === undefined) return;
    connection.latest = told;
    void pass({ connection, asked, told, book }).catch(() => connection.far.breakOff());
  };
  // The proxy has no opinion on how long a client may take, or how long a connection may rest.
  const server = createServer({ keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0, maxHeaderSize: 1 << 20 });
  server.on("request", answer);
  server.on("checkContinue", answer);
  return () => {
    const far = farEnd();
    const gone = new AbortController();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    connections.set(far.inner, { target, far, agent, gone: gone.signal, followed: new WeakSet(), latest: undefined });
    far.inner.on("close", () => {
      gone.abort();
      agent.destroy();
    });
    server.emit("connection", far.inner);
    return far.outer;
  };
}

interface Connection {
  readonly target: Address;
  readonly far: FarEnd;
  readonly agent: Agent;
  /** Fires when the client has gone. */
  readonly gone: AbortSignal;
  /** Connections to the server whose end is the client's too. */
  readonly followed: WeakSet<Socket>;
  /** The answer that is being given, or was given last. */
  latest: ServerResponse | undefined;
}

interface Exchange {
  readonly connection: Connection;
  readonly book: HttpBook;
  readonly asked: IncomingMessage;
  readonly told: ServerResponse;
}

async function pass(exchange: Exchange): Promise<void> {
  const { book, asked } = exchange;
  const { gone } = exchange.connection;
  const { method = "GET", url = "/", headers } = asked;
  const seen = book.see({ method, url, copies: headers["x-amz-copy-source"] !== undefined });
  const stop = book.holds.take(seen);
  await stop?.stand("before", gone);
  const struck = book.rules.take(seen);
  const blow = struck?.action;
  if (typeof blow === "object" && "answer" in blow) {
    await readOut(exchange);
    await stop?.stand("after", gone);
    struck?.landed();
    tell(exchange, blow.answer);
    return;
  }
  if (typeof blow === "object" && "delay" in blow) {
    await pause(blow.delay.ms, gone);
    struck?.landed();
  }
  if (gone.aborted) return;
  const answer = await forward(exchange);
  if (struck !== undefined && replacesAnswer(struck.action)) await discard(answer);
  await stop?.stand("after", gone);
  await passBack({ ...exchange, answer, struck });
}

function replacesAnswer(blow: HttpBlow): boolean {
  return blow === "forwardThenDrop" || (typeof blow === "object" && "forwardThenAnswer" in blow);
}

/** Sends the request on. Resolves with the head of the answer; rejects when the server's connection breaks. */
function forward(exchange: Exchange): Promise<IncomingMessage> {
  const { connection, asked, told } = exchange;
  const { target, agent } = connection;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const onward = request({ ...target, agent, method: asked.method, path: asked.url, headers: headersOf(asked) });
  onward.on("socket", (socket) => follow(connection, socket));
  onward.on("continue", () => told.writeContinue());
  onward.on("response", resolve);
  onward.on("error", reject);
  asked.pipe(onward);
  return promise;
}

/** The server has ended its connection: so is the client's, when it has heard what is still to be said. */
function follow(connection: Connection, socket: Socket): void {
  const { followed, far } = connection;
  if (followed.has(socket)) return;
  followed.add(socket);
  socket.on("close", () => {
    const { latest } = connection;
    if (latest === undefined || latest.writableFinished) far.inner.end();
    else latest.once("finish", () => far.inner.end());
  });
}

/** A body that nobody announced would be sent in chunks: S3 takes that for another request than the one signed. */
function headersOf({ method = "", headers, rawHeaders }: IncomingMessage): string[] {
  const announced = headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined;
  return announced || !/^(?:POST|PUT|PATCH)$/.test(method) ? rawHeaders : [...rawHeaders, "Content-Length", "0"];
}

async function passBack({
  answer,
  struck,
  ...exchange
}: Exchange & { readonly answer: IncomingMessage; readonly struck: Struck<HttpBlow> | undefined }): Promise<void> {
  const { told, connection } = exchange;
  const { far } = connection;
  const blow = struck?.action;
  if (blow === "forwardThenDrop") {
    struck?.landed();
    far.breakOff();
  } else if (typeof blow === "object" && "forwardThenAnswer" in blow) {
    struck?.landed();
    tell(exchange, blow.forwardThenAnswer);
  } else {
    told.sendDate = false;
    told.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
    answer.on("error", () => far.breakOff());
    if (typeof blow === "object" && "truncate" in blow && struck !== undefined) {
      await passSome({ ...exchange, answer, struck, bytes: blow.truncate.bytes });
    } else answer.pipe(told);
  }
}

interface Truncated extends Exchange {
  readonly answer: IncomingMessage;
  readonly struck: Struck<HttpBlow>;
  readonly bytes: number;
}

/** The first bytes of a body, then a reset. */
async function passSome({ answer, told, connection, struck, bytes }: Truncated): Promise<void> {
  let left = bytes;
  for await (const piece of answer.iterator({ destroyOnReturn: false })) {
    if (piece.length <= left) {
      left -= piece.length;
      told.write(piece);
      continue;
    }
    struck.landed();
    const { promise: sent, resolve } = Promise.withResolvers<void>();
    told.write(piece.subarray(0, left), () => resolve());
    await sent;
    connection.far.breakOff();
    return;
  }
  struck.missed(`the body had no more than ${bytes} bytes`);
  told.end();
}

/** Takes what the client still sends, so that it hears the answer and does not see its upload break. */
async function readOut({ asked, told }: Exchange): Promise<void> {
  if (asked.headers.expect !== undefined) told.writeContinue();
  await discard(asked);
}

async function discard(message: IncomingMessage): Promise<void> {
  for await (const _ of message);
}

function tell({ told, book }: Exchange, { status, body }: ToldAnswer): void {
  const { type, text } = book.errorBody(status);
  const bytes = Buffer.from(body ?? text);
  told.writeHead(status, { "Content-Type": type, "Content-Length": bytes.length });
  told.end(bytes);
}
