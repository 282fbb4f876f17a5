import { usageError } from "#core/errors.ts";
import type { Source } from "#core/source.ts";
import { accounts } from "#fixtures/accounts/accounts.ts";
import { allTypes } from "#fixtures/all-types/all-types.ts";
import { employees } from "#fixtures/employees/employees.ts";
import { fitsAny } from "#lint/java-regex.ts";
import type { View } from "#lint/view.ts";

/** What a source captures of a database. */
export interface Captured {
  readonly database: string;
  /** Of the database's tables, those that the lists let through. */
  readonly tables: readonly string[];
}

/** The one database that a source captures; the reason, where it is none or several. */
export function databaseOf(source: View): { readonly database: string } | { readonly unknown: string } {
  const named = [...source.list("table.include.list"), ...source.list("database.include.list")].map(plain);
  const databases = new Set(named.map((item) => /^\w[\w$-]*/.exec(item)?.[0] ?? ""));
  const [database = "", another] = databases;
  if (database === "") return { unknown: "neither table.include.list nor database.include.list names a database" };
  if (another !== undefined)
    return { unknown: `several databases are captured (${[...databases].join(", ")}): a rehearsal has one` };
  return { database };
}

/** What the lists of tables let through; no list of those to include lets all. */
export function capturedOf(source: View, database: string, all: readonly string[]): Captured {
  const [included, excluded] = [source.list("table.include.list"), source.list("table.exclude.list")];
  const passes = (table: string) => {
    const full = `${database}.${table}`;
    return (included.length === 0 || fitsAny(included, full)) && !fitsAny(excluded, full);
  };
  return { database, tables: all.filter(passes) };
}

/**
 * What no configuration brings through: DECIMAL beyond 38 digits does not fit Iceberg's decimal, MySQL before 9 has no VECTOR,
 * an update to a day that does not exist ends Debezium's task, and one to 24:00:00 the sink's, where times are Connect's.
 */
const notBrought = {
  without: ["c_vector", "c_decimal_65_0", "c_decimal_65_30"],
  withoutEdges: ["c_date 31 February", "c_time over a day"],
};

const fixtures: readonly (() => Source)[] = [
  () => employees({ employees: 40 }),
  () => accounts({ accounts: 20 }),
  () => allTypes(notBrought),
];

/** The fixture whose tables these sources capture, by their tables' names, or by the database's where no table is named. */
export function fixtureFor(sources: readonly View[]): Source | undefined {
  return fixtures.map((make) => make()).find((fixture) => sources.every((source) => fits(source, fixture)));
}

function fits(source: View, { name, tables }: Source): boolean {
  const found = databaseOf(source);
  if ("unknown" in found) return false;
  const listed = source.list("table.include.list").map((item) => plain(item).split(".").slice(1).join("."));
  if (listed.length === 0) return found.database.replaceAll("_", "-") === name;
  return listed.every(
    (table) => tables.includes(table) || (table === ".*" && found.database.replaceAll("_", "-") === name),
  );
}

function plain(item: string): string {
  return item
    .replaceAll(/\\+\./g, ".")
    .replaceAll("[.]", ".")
    .replaceAll(/[()^$]/g, "");
}

/** The error for tables that nobody here knows. */
export function tablesUnknown(sources: readonly View[]): Error {
  const [source] = sources;
  const listed = source?.list("table.include.list").join(", ");
  return usageError({
    code: "TABLES_UNKNOWN",
    what: `what the captured tables look like is not known: ${listed === undefined || listed === "" ? (source?.document.file ?? "") : listed}`,
    expected: "a fixture's tables (employees, accounts, all_types), or a file that creates them",
    remedy: "mysqldump --no-data DATABASE > schema.sql, then: floe check … --schema schema.sql",
    evidence: sources.map(({ document }) => document.file),
  });
}
