import { Bytes } from "./binlog/bytes.ts";
import { endsInChecksum } from "./binlog/decoder.ts";
import type { BinlogPosition } from "./binlog/dump.ts";
import { eventTypes, readGtid, readHeader, readRotate } from "./binlog/events.ts";
import { introduceReader } from "./binlog.ts";
import { type ConnectOptions, connectMysql } from "./client.ts";
import { binlogFiles } from "./progress.ts";

/** The transactions that were committed at or after a time, as far as the binlog still has them. */
export interface CommittedSince {
  readonly gtids: readonly string[];
  /** Where the first of them begins; undefined when there is none. */
  readonly first: BinlogPosition | undefined;
  /** The oldest binlog was begun after that time: what was purged may belong to it, too. */
  readonly mayLack: boolean;
}

/**
 * Reads the heads of transactions in those binlogs that were written to at that time or later. A commit's time is the
 * server's own, to the microsecond where it says so (8.0); else the second in which the transaction's first statement began.
 */
export async function committedSince(login: ConnectOptions, sinceMs: number): Promise<CommittedSince> {
  const files = await filesOf(login);
  let at = files.length - 1;
  while (at > 0 && (await mayBeginAfter(login, files[at] ?? "", sinceMs))) at--;
  const oldest = files[at];
  if (oldest === undefined) return { gtids: [], first: undefined, mayLack: false };
  const mayLack = at === 0 && (await mayBeginAfter(login, oldest, sinceMs));
  const gtids: string[] = [];
  let first: BinlogPosition | undefined;
  for await (const head of transactionHeads(login, oldest)) {
    if (head.committedAtMs < sinceMs) continue;
    first ??= head.position;
    if (head.gtid !== null) gtids.push(head.gtid);
  }
  return { gtids, first, mayLack };
}

async function filesOf(login: ConnectOptions): Promise<string[]> {
  await using client = await connectMysql(login);
  return (await binlogFiles(client)).map(({ file }) => file);
}

/** A binlog file says to the second when it was begun. */
async function mayBeginAfter(login: ConnectOptions, file: string, ms: number): Promise<boolean> {
  for await (const event of eventsFrom(login, file)) {
    const header = readHeader(new Bytes(event));
    if (header.type === eventTypes.formatDescription) return (header.seconds + 1) * 1000 > ms;
  }
  return false;
}

interface TransactionHead {
  readonly gtid: string | null;
  readonly committedAtMs: number;
  readonly position: BinlogPosition;
}

async function* transactionHeads(login: ConnectOptions, from: string): AsyncGenerator<TransactionHead> {
  let file = from;
  for await (const event of eventsFrom(login, from)) {
    const bytes = new Bytes(event);
    const { type, seconds, size, nextPos } = readHeader(bytes);
    if (type === eventTypes.rotate && nextPos === 0) {
      file = readRotate(new Bytes(event, bytes.at, event.length - (endsInChecksum(event) ? 4 : 0))).file;
    }
    if (!heads.has(type)) continue;
    const { gtid, committedAtMs = seconds * 1000 } = readGtid(bytes, type);
    yield { gtid, committedAtMs, position: { file, pos: nextPos - size } };
  }
}

const heads: ReadonlySet<number> = new Set([eventTypes.gtid, eventTypes.anonymousGtid, eventTypes.taggedGtid]);

async function* eventsFrom(login: ConnectOptions, file: string): AsyncGenerator<Buffer> {
  await using client = await connectMysql(login);
  await introduceReader(client);
  try {
    for await (const events of client.dumpBinlog({ file, pos: 4 })) yield* events;
  } finally {
    client.cut();
  }
}
