/** What one line of SHOW GRANTS gives, or takes back: `*` for any database or table. */
interface Grant {
  readonly rights: ReadonlySet<string>;
  readonly database: string;
  readonly table: string;
  readonly revoked: boolean;
}

export interface Needs {
  /** As `database.table`. */
  readonly tables: readonly string[];
  /** The snapshot takes locks. */
  readonly locks: boolean;
  /** Incremental snapshots write into this table. */
  readonly signals: string | undefined;
}

export interface Missing {
  readonly right: string;
  /** Where it is missing; `*.*` for the whole server. */
  readonly on: string;
  readonly because: string;
}

/** The rights that Debezium's MySQL connector asks for and that these lines of SHOW GRANTS don't give. */
export function missingRights(lines: readonly string[], { tables, locks, signals }: Needs): Missing[] {
  const grants = lines.flatMap(parsed);
  const lacks = (right: string, on: string, because: string, ...instead: string[]) =>
    [right, ...instead].some((each) => allows(grants, each, on)) ? [] : [{ right, on, because }];
  const unread = tables.flatMap((table) => lacks("SELECT", table, "its rows cannot be read by a snapshot"));
  return [
    ...lacks("REPLICATION SLAVE", "*.*", "the binlog cannot be read"),
    ...lacks("REPLICATION CLIENT", "*.*", "the binlog's position cannot be asked", "SUPER"),
    ...(locks ? lacks("RELOAD", "*.*", "the snapshot cannot lock, neither all tables nor one", "FLUSH_TABLES") : []),
    ...unread,
    ...(signals === undefined ? [] : lacks("INSERT", signals, "incremental snapshots write their watermarks there")),
  ];
}

function parsed(line: string): Grant[] {
  const [, verb, rights = "", database = "", table = ""] =
    /^(GRANT|REVOKE) (.+?) ON (?:TABLE )?(\*|`(?:[^`]|``)*`)\.(\*|`(?:[^`]|``)*`) (?:TO|FROM) /i.exec(line) ?? [];
  if (verb === undefined) return [];
  const name = (quoted: string) => (quoted === "*" ? "*" : quoted.slice(1, -1).replaceAll("``", "`"));
  // A right on single columns is none on the table.
  const words = rights
    .replace(/[A-Z ]+\([^)]*\)/gi, "")
    .split(",")
    .map((right) => right.trim().toUpperCase());
  const [db, of] = [name(database), name(table)];
  return [{ rights: new Set(words), database: db, table: of, revoked: verb.toUpperCase() === "REVOKE" }];
}

function allows(grants: readonly Grant[], right: string, on: string): boolean {
  const covering = grants.filter(
    (grant) => covers(grant, on) && (grant.rights.has(right) || grant.rights.has("ALL PRIVILEGES")),
  );
  const given = covering.filter(({ revoked }) => !revoked);
  // A partial revoke takes a database out of what was given for the whole server.
  const takenBack = covering.some(({ revoked }) => revoked);
  return takenBack ? given.some(({ database }) => database !== "*") : given.length > 0;
}

function covers({ database, table }: Grant, on: string): boolean {
  if (database === "*") return true;
  const [db = "", ...rest] = on.split(".");
  return matches(database, db) && (table === "*" || table === rest.join("."));
}

/** In a grant's database `%` and `_` stand for anything, unless a backslash is before them. */
function matches(pattern: string, name: string): boolean {
  const regex = pattern.replace(/\\([%_])|([%_])|[^\w]/g, (sign, literal?: string, wild?: string) =>
    literal !== undefined ? literal : wild === "%" ? ".*" : wild === "_" ? "." : `\\${sign}`,
  );
  return new RegExp(`^${regex}$`).test(name);
}
