import type { RowChange } from "./rows.ts";

/** Where in the binlog something is told, and when it was committed. */
export interface Place {
  /** `uuid:number`, `uuid:tag:number`; null where GTID is off. */
  readonly gtid: string | null;
  readonly file: string;
  /** Where the event begins that tells it: Debezium's `source.pos`. The same for all rows of a compressed transaction. */
  readonly pos: number;
  /** To the microsecond where the server says so (8.0), else the second in which its statement began. */
  readonly committedAtMs: number;
}

export interface BinlogChange extends Place, RowChange {
  readonly table: string;
  /** The number of this change among those of its transaction, from 0. */
  readonly order: number;
}

/** DDL, TRUNCATE: what changes rows or tables without a row event. */
export interface BinlogStatement extends Place {
  readonly kind: "statement";
  readonly sql: string;
}

export type BinlogEntry = BinlogChange | BinlogStatement;
