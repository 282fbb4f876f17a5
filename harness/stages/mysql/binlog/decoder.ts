import { crc32 } from "node:zlib";
import { environmentError } from "#core/errors.ts";
import { Bytes } from "./bytes.ts";
import type { BinlogPosition } from "./dump.ts";
import type { BinlogChange, BinlogEntry, BinlogStatement, Place } from "./entry.ts";
import {
  type EventHeader,
  eventTypes,
  hasChecksums,
  readGtid,
  readHeader,
  readRotate,
  unpackTransaction,
} from "./events.ts";
import { type ReadableTable, type RowsKind, readRows } from "./rows.ts";
import { readStatement } from "./statements.ts";
import type { Tables } from "./tables.ts";
import { unreadable, unreadableEvents } from "./unreadable.ts";

/** Decodes the events of a binlog, in their order, from a position on. */
export class BinlogDecoder {
  readonly #tables: Tables;
  /** By the numbers that row events call them by; the server gives new ones after DDL. */
  readonly #mapped = new Map<number, { readonly body: Buffer; readonly table: ReadableTable | undefined }>();
  #position: BinlogPosition;
  #checksums = false;
  #gtid: string | null = null;
  #committedAtMs: number | undefined;
  #order = 0;

  constructor({ from, tables }: { from: BinlogPosition; tables: Tables }) {
    this.#position = from;
    this.#tables = tables;
  }

  /** How far the events have come. */
  get position(): BinlogPosition {
    return this.#position;
  }

  /** What an event tells of the database; most tell nothing. */
  decode(event: Buffer): readonly BinlogEntry[] {
    const bytes = new Bytes(event, 0, event.length - this.#checksumBytes(event));
    const header = readHeader(bytes);
    if (header.type === eventTypes.rotate) {
      this.#position = readRotate(bytes);
      return [];
    }
    const entries = this.#decodeBody(header, bytes);
    if (header.nextPos > 0) this.#position = { file: this.#position.file, pos: header.nextPos };
    return entries;
  }

  #checksumBytes(event: Buffer): number {
    const type = event[4];
    // The server makes up a ROTATE before it has told whether there are checksums.
    if (type === eventTypes.rotate) return endsInChecksum(event) ? 4 : 0;
    return this.#checksums && type !== eventTypes.formatDescription ? 4 : 0;
  }

  #decodeBody(header: EventHeader, bytes: Bytes): readonly BinlogEntry[] {
    const rows = rowsEvents[header.type];
    if (rows !== undefined) return this.#rows(header, bytes, rows);
    switch (header.type) {
      case eventTypes.tableMap:
        this.#map(bytes);
        return [];
      case eventTypes.query:
        return this.#statement(header, bytes);
      case eventTypes.gtid:
      case eventTypes.anonymousGtid:
      case eventTypes.taggedGtid:
        ({ gtid: this.#gtid, committedAtMs: this.#committedAtMs } = readGtid(bytes, header.type));
        this.#order = 0;
        return [];
      case eventTypes.transactionPayload:
        return Array.from(unpackTransaction(bytes)).flatMap((event) => this.#decodeInner(header, event));
      case eventTypes.formatDescription:
        this.#checksums = hasChecksums(bytes);
        return [];
      default:
        if (unreadableEvents[header.type] !== undefined) throw unreadable(header.type, this.#place(header));
        return [];
    }
  }

  /** An event inside of another has no place in the file: Debezium, too, gives all rows the outer one's. */
  #decodeInner({ nextPos, size }: EventHeader, event: Buffer): readonly BinlogEntry[] {
    const bytes = new Bytes(event);
    return this.#decodeBody({ ...readHeader(bytes), nextPos, size }, bytes);
  }

  #map(bytes: Bytes): void {
    const id = bytes.uint(6);
    const body = bytes.buffer.subarray(bytes.at, bytes.end);
    // The same map comes before each statement's rows.
    if (this.#mapped.get(id)?.body.equals(body) === true) return;
    this.#mapped.set(id, { body, table: this.#tables.readable(bytes) });
  }

  #rows(header: EventHeader, bytes: Bytes, rows: RowsEvent): BinlogChange[] {
    const id = bytes.uint(6);
    // An event without rows, which only ends a statement.
    if (id === noTable) return [];
    const place = this.#place(header);
    const { table } = this.#mapped.get(id) ?? unmapped(place);
    if (table === undefined) return [];
    return readRows(bytes, table, rows).map((change) => {
      return { ...place, order: this.#order++, table: table.name, ...change };
    });
  }

  #statement(header: EventHeader, bytes: Bytes): BinlogStatement[] {
    const place = this.#place(header);
    const sql = readStatement(bytes, this.#tables.database, place);
    return sql === undefined ? [] : [{ kind: "statement", ...place, sql }];
  }

  #place({ nextPos, size, seconds }: EventHeader): Place {
    const committedAtMs = this.#committedAtMs ?? seconds * 1000;
    return { gtid: this.#gtid, file: this.#position.file, pos: nextPos - size, committedAtMs };
  }
}

const noTable = 0xff_ffff;

interface RowsEvent {
  readonly kind: RowsKind;
  readonly version: 1 | 2;
}

const rowsEvents: Readonly<Record<number, RowsEvent>> = {
  23: { kind: "insert", version: 1 },
  24: { kind: "update", version: 1 },
  25: { kind: "delete", version: 1 },
  30: { kind: "insert", version: 2 },
  31: { kind: "update", version: 2 },
  32: { kind: "delete", version: 2 },
};

/** Whether an event's last bytes are its checksum. */
export function endsInChecksum(event: Buffer): boolean {
  const body = event.length - 4;
  return crc32(event.subarray(0, body)) === event.readUInt32LE(body);
}

function unmapped({ file, pos }: Place): never {
  throw environmentError({
    code: "BINLOG_TABLE_UNKNOWN",
    what: `the binlog has rows at ${file}:${pos} of a table that it has not described before them`,
    remedy: "read from the beginning of a transaction: from is inside of one",
  });
}
