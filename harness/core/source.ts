import type { Random } from "./random.ts";

/** A value as it goes to MySQL. `bigint` for 64-bit columns, `string` for DECIMAL, DATE, DATETIME, TIME and JSON. */
export type SqlValue = string | number | bigint | null | Uint8Array;

export type Row = Readonly<Record<string, SqlValue>>;

export interface ColumnSpec {
  readonly name: string;
  /** MySQL's own spelling, as in `information_schema.columns.column_type`: `int unsigned`, `enum('M','F')`. */
  readonly type: string;
  readonly nullable: boolean;
}

export interface TableSpec {
  readonly name: string;
  readonly columns: readonly ColumnSpec[];
  /** Empty for a table without a primary key. */
  readonly primaryKey: readonly string[];
}

/** One row's change inside a transaction. A change of a primary key is a delete and an insert, as Debezium tells it. */
export interface Change {
  readonly table: string;
  readonly kind: ChangeKind;
  /** The key columns alone. */
  readonly key: Row;
  readonly before?: Row;
  readonly after?: Row;
}
export type ChangeKind = "insert" | "update" | "delete";

export interface Statement {
  readonly sql: string;
  readonly values?: readonly SqlValue[];
}

/** Statements that commit together, and the row changes that they make, in order. */
export interface Transaction {
  /** What happened in the story: `hire`, `raise`, `transfer`. */
  readonly label: string;
  readonly statements: readonly Statement[];
  readonly changes: readonly Change[];
  /** True for a transaction that is to be rolled back: its changes must reach nothing. */
  readonly rollback?: boolean;
}

/** How rows get into the database before the workload starts. */
export type SeedStep =
  | {
      readonly kind: "rows";
      readonly table: string;
      readonly columns: readonly string[];
      readonly rows: Iterable<readonly SqlValue[]>;
    }
  | { readonly kind: "sql"; readonly label: string; readonly statements: AsyncIterable<string> };

/** Which part of the rows a writer may touch, so that concurrent writers never wait for each other's locks. */
export interface WriterSlice {
  readonly writer: number;
  readonly writers: number;
}

/** Updates that a scenario mixes into every writer's stream, as after a column was added. */
export interface RowUpdate {
  readonly table: string;
  /** The probability that a transaction is one of these updates. */
  readonly chance: number;
  /** The columns that change in a row, with their new values. Where all are as they were, MySQL writes no change. */
  readonly set: (row: Row, random: Random) => Row;
}

/** What the runner may tell a writer's stream of its last transaction, with `next(outcome)`. */
export interface TransactionOutcome {
  /** False when the transaction turned out not to have happened: the stream then goes on from the rows before it. */
  readonly committed: boolean;
}

export type TransactionStream = Iterator<Transaction, never, TransactionOutcome | undefined>;

/** Answers a SELECT in the run's own schema, each value as text. */
export type AskMysql = (sql: string) => Promise<readonly Readonly<Record<string, string | null>>[]>;

/** A database to capture: its schema, its first rows, and the changes that its people make. Pure and seeded. */
export interface Source {
  readonly name: string;
  /** DDL statements, run one by one inside the run's own schema. */
  readonly schema: readonly string[];
  /** The captured tables, parents before children. */
  readonly tables: readonly string[];
  /** For a source that has to ask MySQL what its tables are: called once, after `schema` and before `seed`. */
  learn?(ask: AskMysql): Promise<void>;
  seed(seed: number): Iterable<SeedStep>;
  /** An endless stream of transactions for one writer. `also` is asked before each one: its answer may change in a run. */
  transactions(options: {
    readonly seed: number;
    readonly slice: WriterSlice;
    readonly also?: () => readonly RowUpdate[];
  }): TransactionStream;
  /**
   * A transaction that writes one recognisable row into a table: the last thing that a run writes there. Rows refer to
   * each other, so it is to be asked for all of `tables`, in their order.
   */
  sentinel(table: string): Transaction;
}
