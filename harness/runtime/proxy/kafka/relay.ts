import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Address } from "#core/addresses.ts";
import { FloeError } from "#core/errors.ts";
import { type FarEnd, farEnd } from "../far-end.ts";
import type { Stop } from "../holds.ts";
import type { Struck } from "../rules.ts";
import {
  errorAnswer,
  isLaidOut,
  namesOf,
  type RequestFrame,
  readRequest,
  readResponse,
  spoiled,
  topicsIn,
  transactionalIdsIn,
  writeResponse,
} from "./answers.ts";
import type { ErrorAction, KafkaBook } from "./book.ts";
import { type Struct, structsOf } from "./codec.ts";
import { type FetchSessions, makeFetchSessions } from "./fetches.ts";
import { framesOf, headOf, type RequestHead, write } from "./frames.ts";

export interface KafkaRelayOptions {
  readonly target: Address;
  /** The link's; three brokers have three relays and one book. */
  readonly book: KafkaBook;
}

/** Reads the requests of each connection to a broker, in order, and does with them what the link's rules and holds say. */
export function kafkaRelay({ target, book }: KafkaRelayOptions): () => Duplex {
  const sessions = makeFetchSessions();
  return () => {
    const far = farEnd();
    const broker = connect({ ...target, noDelay: true });
    const gone = new AbortController();
    const end = () => {
      gone.abort();
      far.breakOff();
      broker.resetAndDestroy();
    };
    const connection: Connection = { book, sessions, far, broker, gone: gone.signal, end, pending: [], standing: 0 };
    broker.on("error", end);
    far.inner.on("close", end);
    void passRequests(connection).catch(end);
    void passResponses(connection).catch(end);
    return far.outer;
  };
}

interface Connection {
  readonly book: KafkaBook;
  readonly sessions: FetchSessions;
  readonly far: FarEnd;
  readonly broker: Socket;
  readonly gone: AbortSignal;
  /** Breaks it off on both sides. */
  readonly end: () => void;
  /** Requests that have no answer yet, in their order: Kafka's clients rely on it. */
  readonly pending: Pending[];
  /** Requests and answers that are held. */
  standing: number;
}

interface Pending {
  readonly correlationId: number;
  readonly request: RequestFrame | undefined;
  readonly stop: Stop | undefined;
  /** A rule that spoils the broker's answer. */
  readonly struck: Struck<ErrorAction> | undefined;
  /** The answer, once there is one, whoever gave it. */
  ready: Buffer | undefined;
}

/** Requests are passed in their order. They are read ahead: a client's end must be seen while one of them is held. */
async function passRequests(connection: Connection): Promise<void> {
  const { far, broker } = connection;
  const ahead: Promise<void>[] = [];
  for await (const frame of framesOf(far.inner)) {
    ahead.push(passAfter(ahead.at(-1), connection, frame));
    if (ahead.length > readAheadMax) await ahead.shift();
  }
  // Who is gone when a request of theirs is let go has not sent it.
  if (connection.standing > 0) connection.end();
  await Promise.all(ahead);
  broker.end();
}

/** More than a client has under way: five requests of a producer, one of a consumer. */
const readAheadMax = 64;

async function passAfter(earlier: Promise<void> | undefined, connection: Connection, frame: Buffer): Promise<void> {
  await earlier;
  await passRequest(connection, frame).catch(() => connection.end());
}

async function stand(connection: Connection, stop: Stop | undefined, side: "before" | "after"): Promise<void> {
  if (stop === undefined) return;
  connection.standing += 1;
  await stop.stand(side, connection.gone);
  connection.standing -= 1;
}

async function passRequest(connection: Connection, frame: Buffer): Promise<void> {
  const { book, broker, gone, pending } = connection;
  const head = headOf(frame);
  const body = bodyOf(connection, head);
  const seen = {
    api: head.name,
    clientId: head.clientId,
    topics: () => topicNames(book, body()),
    transactionalIds: () => transactionalIdsIn(body() ?? {}),
  };
  book.see(seen);
  const stop = book.holds.take(seen);
  await stand(connection, stop, "before");
  if (gone.aborted) return;
  const struck = book.rules.take(seen);
  const answer = struck?.action.after === false ? answerOf(head, body(), struck) : undefined;
  const request = head.frame !== undefined && isLaidOut(head.frame) ? head.frame : undefined;
  if (struck?.action.after === true && request === undefined) struck.missed(unreadable(head));
  const entry: Pending = { correlationId: head.correlationId, request, stop, struck, ready: undefined };
  if (!(head.name === "Produce" && body()?.Acks === 0)) pending.push(entry);
  if (answer === undefined) {
    await write(broker, frame, gone);
    return;
  }
  await stand(connection, stop, "after");
  entry.ready = answer;
  await flush(connection);
}

/** Reads a body when it is first asked for. A fetch is always read: what it asks for depends on those before it. */
function bodyOf({ sessions, far }: Connection, head: RequestHead): () => Struct | undefined {
  const { frame } = head;
  if (frame === undefined || !isLaidOut(frame)) return () => undefined;
  let body: Struct | undefined;
  const read = () => {
    body ??= whereReadable(() => readRequest(frame));
    return body;
  };
  const fetch = frame.api === "Fetch" ? read() : undefined;
  if (fetch !== undefined) body = { ...fetch, Topics: sessions.asked(far, fetch) };
  return read;
}

/** What a proxy cannot read it passes on all the same: a link must not break for it. */
function whereReadable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof FloeError) return undefined;
    throw error;
  }
}

function topicNames({ topicNames }: KafkaBook, body: Struct | undefined): string[] {
  return body === undefined ? [] : topicsIn(body).map((topic) => topicNames.get(topic) ?? topic);
}

function answerOf(head: RequestHead, body: Struct | undefined, struck: Struck<ErrorAction>): Buffer | undefined {
  if (head.frame === undefined || body === undefined) {
    struck.missed(unreadable(head));
    return undefined;
  }
  struck.landed();
  return writeResponse(head.frame, errorAnswer(head.frame, body, struck.action.code));
}

function unreadable({ name, version }: RequestHead): string {
  return `the client speaks ${name} version ${version}, whose layout the proxy does not know`;
}

async function passResponses(connection: Connection): Promise<void> {
  const { far, broker, gone, pending } = connection;
  for await (const frame of framesOf(broker)) {
    const correlationId = frame.readInt32BE(4);
    const entry = pending.find((each) => each.correlationId === correlationId && each.ready === undefined);
    if (entry === undefined) {
      await write(far.inner, frame, gone);
      continue;
    }
    const told = answered(connection, entry, frame);
    await stand(connection, entry.stop, "after");
    entry.ready = told;
    await flush(connection);
  }
  far.inner.end();
}

/** The broker's answer, or what a rule makes of it. */
function answered({ book }: Connection, { request, struck }: Pending, frame: Buffer): Buffer {
  if (request === undefined || (request.api !== "Metadata" && struck?.action.after !== true)) return frame;
  const body = whereReadable(() => readResponse(request, frame));
  if (body === undefined) {
    struck?.missed(`the broker's answer to ${request.api} version ${request.version} could not be read`);
    return frame;
  }
  if (request.api === "Metadata") learnTopics(book, body);
  if (struck?.action.after !== true) return frame;
  struck.landed();
  return writeResponse(request, spoiled(body, struck.action.code));
}

function learnTopics({ topicNames }: KafkaBook, metadata: Struct): void {
  for (const topic of structsOf(metadata.Topics)) {
    const [name, id] = namesOf(topic);
    if (name !== undefined && id !== undefined) topicNames.set(id, name);
  }
}

/** Sends the answers whose turn has come. */
async function flush({ far, gone, pending }: Connection): Promise<void> {
  for (let [next] = pending; next?.ready !== undefined; [next] = pending) {
    pending.shift();
    await write(far.inner, next.ready, gone);
  }
}
