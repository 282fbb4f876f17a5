import type { Random } from "#core/random.ts";
import type { Row, SqlValue, Statement } from "#core/source.ts";
import { quoted } from "#fixtures/statements.ts";
import type { ColumnFacts, ForeignKey, TableFacts } from "./facts.ts";
import { anyValue, capacityOf, distinct, expressionFor } from "./values.ts";

/** Rows of each table that are there before the workload. Only they are referred to, so all others can be deleted. */
export const seededRows = 8;

/** A row by its number, its key, its foreign keys and its unique columns fixed by it: the rest is drawn. */
export function rowOf(
  facts: TableFacts,
  { n, random, parents }: { n: number; random: Random; parents: ReadonlyMap<string, readonly Row[]> },
): Row {
  const referring = referringValues(facts, { n, parents });
  const telling = tellingColumns(facts);
  const values = facts.columns.map((column): [string, SqlValue] => {
    const referred = referring.get(column.name);
    if (referred !== undefined) return [column.name, referred];
    if (telling.has(column.name)) return [column.name, distinct(column, n)];
    return [column.name, column.nullable && random.chance(0.2) ? null : anyValue(column, random)];
  });
  return Object.fromEntries(values);
}

/** How many rows a table can have before a unique index would refuse one. */
export function mostRows(facts: TableFacts): number {
  const each = facts.unique.map((index) => {
    const telling = tellingOf(facts, index);
    if (telling !== undefined) return capacityOf(telling);
    return seededRows ** facts.foreignKeys.filter(({ columns }) => columns.some((name) => index.includes(name))).length;
  });
  return Math.min(5_000, ...each);
}

/** Columns that an update may change: not the key, nothing unique, no reference. */
export function changeable(facts: TableFacts): readonly ColumnFacts[] {
  const fixed = new Set([...facts.unique.flat(), ...foreignColumns(facts), ...facts.primaryKey]);
  return facts.columns.filter(({ name }) => !fixed.has(name));
}

export function insertRow(facts: TableFacts, row: Row): Statement {
  const columns = facts.columns.filter(({ name }) => name in row);
  const places = columns.map(expressionFor).join(", ");
  const sql = `INSERT INTO ${quoted(facts.name)} (${columns.map(({ name }) => quoted(name)).join(", ")}) VALUES (${places})`;
  return { sql, values: columns.map(({ name }) => row[name] ?? null) };
}

export function updateRow(facts: TableFacts, { set, where }: { set: Row; where: Row }): Statement {
  const expression = new Map(facts.columns.map((column) => [column.name, expressionFor(column)]));
  const sets = Object.keys(set).map((name) => `${quoted(name)} = ${expression.get(name) ?? "?"}`);
  const { sql, values } = condition(where);
  return {
    sql: `UPDATE ${quoted(facts.name)} SET ${sets.join(", ")} WHERE ${sql}`,
    values: [...Object.values(set), ...values],
  };
}

export function deleteRow(facts: TableFacts, where: Row): Statement {
  const { sql, values } = condition(where);
  return { sql: `DELETE FROM ${quoted(facts.name)} WHERE ${sql}`, values };
}

/** The columns that name a row: those of the primary key, and none without one. */
export function keyOf(facts: TableFacts, row: Row): Row {
  return Object.fromEntries(facts.primaryKey.map((name) => [name, row[name] ?? null]));
}

function condition(where: Row): { sql: string; values: SqlValue[] } {
  const names = Object.keys(where);
  return { sql: names.map((name) => `${quoted(name)} <=> ?`).join(" AND "), values: Object.values(where) };
}

/** The n-th combination of parents: rows differ in what they refer to as long as they can. */
function referringValues(
  facts: TableFacts,
  { n, parents }: { n: number; parents: ReadonlyMap<string, readonly Row[]> },
): ReadonlyMap<string, SqlValue> {
  const values = new Map<string, SqlValue>();
  let rest = n;
  for (const key of facts.foreignKeys.toSorted((left, right) =>
    left.columns.join().localeCompare(right.columns.join()),
  )) {
    const rows = key.parent === facts.name ? [] : (parents.get(key.parent) ?? []);
    const parent = rows[rest % Math.max(1, rows.length)];
    rest = Math.floor(rest / Math.max(1, rows.length));
    for (const [at, column] of key.columns.entries()) {
      if (values.has(column)) continue;
      const value = parent?.[key.parentColumns[at] ?? ""] ?? ownReference(facts, { key, at, n });
      values.set(column, value);
    }
  }
  return values;
}

/** A reference to the row's own table is left open; where it may not be, the row refers to itself. */
function ownReference(facts: TableFacts, { key, at, n }: { key: ForeignKey; at: number; n: number }): SqlValue {
  const column = facts.columns.find(({ name }) => name === key.columns[at]);
  const referred = facts.columns.find(({ name }) => name === key.parentColumns[at]);
  return column?.nullable === true || referred === undefined || key.parent !== facts.name
    ? null
    : distinct(referred, n);
}

function foreignColumns({ foreignKeys }: TableFacts): ReadonlySet<string> {
  return new Set(foreignKeys.flatMap(({ columns }) => columns));
}

/** Of each unique index, the column that is another one in each row. */
function tellingColumns(facts: TableFacts): ReadonlySet<string> {
  return new Set(facts.unique.flatMap((index) => tellingOf(facts, index)?.name ?? []));
}

function tellingOf(facts: TableFacts, index: readonly string[]): ColumnFacts | undefined {
  const foreign = foreignColumns(facts);
  const own = facts.columns.filter(({ name }) => index.includes(name) && !foreign.has(name));
  return own.toSorted((left, right) => capacityOf(right) - capacityOf(left))[0];
}
