import { environmentError } from "#core/errors.ts";
import type { Bytes } from "./bytes.ts";
import { type QueryEvent, readQuery } from "./events.ts";
import { unreadable } from "./unreadable.ts";

/** The statement of a QUERY event, where it says more than that a transaction begins or ends, and is about the database. */
export function readStatement(
  bytes: Bytes,
  database: string,
  place: { file: string; pos: number },
): string | undefined {
  const query = readQuery(bytes);
  const [first = "", second = ""] = wordsOf(query.sql);
  if (first === "ROLLBACK" && second !== "TO") throw unreadable("ROLLBACK", place);
  if (first === "XA" && (second === "COMMIT" || second === "ROLLBACK")) throw unreadable("XA", place);
  if (transactional.has(first) || !concerns(query, database)) return undefined;
  if (changesRows.has(first)) throw notRows(query.sql, place);
  return query.sql;
}

const transactional = new Set(["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "XA"]);
const changesRows = new Set(["INSERT", "UPDATE", "DELETE", "REPLACE", "LOAD"]);

/** The first two words, behind comments. */
function wordsOf(sql: string): string[] {
  const bare = sql.replace(/^(\s+|\/\*[^!][\s\S]*?\*\/|(#|-- )[^\n]*\n)+/, "");
  return bare
    .slice(0, 100)
    .toUpperCase()
    .split(/[\s;`(]+/)
    .slice(0, 2);
}

/** A statement may be about another database than its session's: the server says which, up to 16. */
function concerns({ touched }: QueryEvent, own: string): boolean {
  return touched?.includes(own) ?? true;
}

function notRows(sql: string, { file, pos }: { file: string; pos: number }): Error {
  return environmentError({
    code: "BINLOG_NOT_ROWS",
    what: `the binlog has a statement at ${file}:${pos} that changes rows, but not the rows`,
    expected: "binlog_format=ROW in every session",
    got: sql.length > 160 ? `${sql.slice(0, 160)} …` : sql,
    remedy: "SET GLOBAL binlog_format = 'ROW', and leave it alone in sessions",
  });
}
