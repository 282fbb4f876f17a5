import { z } from "zod";
import { makeBell } from "#core/bell.ts";
import { environmentError } from "#core/errors.ts";

/** Where something begins in the binlog: a file and the byte in it. */
export interface BinlogPosition {
  readonly file: string;
  readonly pos: number;
}

export interface DumpOptions {
  readonly from: BinlogPosition;
  /** How long the server may keep silent. */
  readonly silentMs: number;
}

/** A packet of MySQL's: `offset` is behind its header. Its buffer is the socket's own, and is not used again. */
interface Packet {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly end: number;
  asError(encoding: string): Error;
}

/** What mysql2 asks of a command in its queue. */
interface WireCommand {
  execute(packet: Packet | undefined, queue: CommandQueue): boolean;
  onResult(error: Error): void;
}

/** The part of a mysql2 connection that takes commands which mysql2 has no method for. */
interface CommandQueue {
  addCommand(command: WireCommand): unknown;
  writePacket(packet: { buffer: Buffer; length(): number; writeHeader(sequenceId: number): void }): void;
  _resetSequenceId(): void;
  pause(): void;
  resume(): void;
}

const withQueue = z.object({
  connection: z.custom<CommandQueue>(
    (value) =>
      typeof value === "object" &&
      value !== null &&
      ["addCommand", "writePacket", "_resetSequenceId", "pause", "resume"].every((name) => name in value),
    "mysql2's connection takes commands",
  ),
});

/**
 * Asks for the binlog from a position to its present end: the events as they lie in the file, several at a time. mysql2
 * has such a stream itself, which drops the bodies of most events, and tells no errors. `client` is a
 * connection of mysql2/promise, to be cut afterwards. Throws what MySQL says.
 */
export async function* dumpBinlog(client: unknown, { from, silentMs }: DumpOptions): AsyncGenerator<Buffer[]> {
  const { connection: queue } = withQueue.parse(client);
  const bell = makeBell();
  let [waiting, bytes, ended, paused] = [[] as Buffer[], 0, false, false];
  let failure: Error | undefined;
  const take = (event: Buffer) => {
    waiting.push(event);
    bytes += event.length;
    if (bytes > aheadBytes && !paused) {
      paused = true;
      queue.pause();
    }
    bell.ring();
  };
  const end = (error?: Error) => {
    [ended, failure] = [true, error];
    bell.ring();
  };
  queue.addCommand(dumpCommand({ from, take, end }));
  for (;;) {
    if (waiting.length === 0 && !ended) await bell.rung(silentMs);
    if (waiting.length === 0 && !ended) throw silent(from, silentMs);
    const events = waiting;
    [waiting, bytes] = [[], 0];
    if (events.length > 0) yield events;
    else if (failure !== undefined) throw failure;
    else return;
    if (paused) {
      paused = false;
      queue.resume();
    }
  }
}

/** More than this is not read ahead of who decodes it. */
const aheadBytes = 8_388_608;

interface DumpCommand {
  readonly from: BinlogPosition;
  readonly take: (event: Buffer) => void;
  readonly end: (error?: Error) => void;
}

function dumpCommand({ from, take, end }: DumpCommand): WireCommand {
  return {
    execute: (packet, queue) => {
      if (packet === undefined) {
        queue._resetSequenceId();
        queue.writePacket(dumpRequest(from));
        return false;
      }
      const { buffer, offset, end: packetEnd } = packet;
      const mark = buffer[offset];
      if (mark === ok) {
        take(buffer.subarray(offset + 1, packetEnd));
        return false;
      }
      end(mark === endOfFile ? undefined : packet.asError("utf8"));
      return true;
    },
    onResult: end,
  };
}

const ok = 0x00;
const endOfFile = 0xfe;
const comBinlogDump = 0x12;
/** The server ends the stream at the binlog's end, rather than wait for more. */
const nonBlocking = 1;

function dumpRequest({ file, pos }: BinlogPosition) {
  const name = Buffer.from(file, "utf8");
  const buffer = Buffer.alloc(headerBytes + 11 + name.length);
  buffer.writeUInt8(comBinlogDump, headerBytes);
  buffer.writeUInt32LE(pos, headerBytes + 1);
  buffer.writeUInt16LE(nonBlocking, headerBytes + 5);
  // The server id stays 0: nobody's, and whoever else reads under another goes on.
  name.copy(buffer, headerBytes + 11);
  return {
    buffer,
    length: () => buffer.length - headerBytes,
    writeHeader: (sequenceId: number) => {
      buffer.writeUIntLE(buffer.length - headerBytes, 0, 3);
      buffer.writeUInt8(sequenceId, 3);
    },
  };
}

const headerBytes = 4;

function silent({ file, pos }: BinlogPosition, silentMs: number): Error {
  return environmentError({
    code: "BINLOG_SILENT",
    what: `MySQL sent nothing of its binlog for ${silentMs} ms, asked from ${file}:${pos}`,
    remedy: "look whether the server still runs; its log is in the run folder",
  });
}
