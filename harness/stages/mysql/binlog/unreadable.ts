import { environmentError } from "#core/errors.ts";

interface Unreadable {
  readonly what: string;
  readonly remedy: string;
}

const xa: Unreadable = {
  what: "an XA transaction, whose rows come before it is known whether it commits",
  remedy: "leave XA transactions out of the range that is read",
};

/** Events that would make what is told wrong if they were passed over. */
export const unreadableEvents: Readonly<Record<number | string, Unreadable>> = {
  26: {
    what: "an incident: the server could not write everything",
    remedy: "read from behind it, and compare the tables themselves",
  },
  38: xa,
  XA: xa,
  39: {
    what: "an update that tells only a part of a JSON document",
    remedy: "SET GLOBAL binlog_row_value_options = '', and leave it alone in sessions",
  },
  ROLLBACK: {
    what: "a transaction that was rolled back after it had changed tables that cannot",
    remedy: "ALTER TABLE … ENGINE = InnoDB for every table that is written in transactions",
  },
};

export function unreadable(event: number | string, { file, pos }: { file: string; pos: number }): Error {
  const { what, remedy } = unreadableEvents[event] ?? { what: `event ${event}`, remedy: "read another range" };
  return environmentError({
    code: "BINLOG_UNREADABLE",
    what: `the binlog cannot be read as row changes at ${file}:${pos}`,
    got: what,
    remedy,
  });
}
