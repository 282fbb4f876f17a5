import { invariant, usageError } from "#core/errors.ts";
import { type Random, seededRandom } from "#core/random.ts";
import type { Change, Row, SeedStep, Source, Statement, Transaction, TransactionOutcome } from "#core/source.ts";
import { asText } from "#fixtures/statements.ts";
import type { Dump } from "./dump.ts";
import { askFacts, type TableFacts } from "./facts.ts";
import { changeable, deleteRow, insertRow, keyOf, mostRows, rowOf, seededRows, updateRow } from "./rows.ts";

/** A source made of somebody's own tables: their rows are drawn by type, keys and references kept. For one writer. */
export function schemaSource({ tables }: Dump): Source {
  let known: readonly TableFacts[] | undefined;
  const facts = () => {
    invariant(known !== undefined, "a schema's source has learned its tables before it is asked for rows");
    return known;
  };
  return {
    name: "schema",
    schema: tables.map(({ ddl }) => ddl),
    tables: tables.map(({ name }) => name),
    learn: async (ask) => {
      const found = await askFacts(ask);
      known = tables.flatMap(({ name }) => found.get(name) ?? []);
      refuseKeys(known);
    },
    seed: (seed) => [seedStep(facts(), seed)],
    transactions: ({ seed, also }) => changes({ facts: facts(), seed, also }),
    sentinel: (table) => {
      const own = facts().find(({ name }) => name === table);
      invariant(own !== undefined, `${table} is of this source`);
      const row = rowOf(own, { n: 0, random: seededRandom(`sentinel/${table}`), parents: firstRows(facts(), 0) });
      return inserted("sentinel", own, row);
    },
  };
}

/** Keys are compared as text: what the topic spells otherwise than MySQL cannot be followed. */
function refuseKeys(all: readonly TableFacts[]): void {
  for (const { name, columns, primaryKey } of all) {
    const strange = columns.find(
      (column) => primaryKey.includes(column.name) && !/int|char|enum|text|^date$/i.test(column.type),
    );
    if (strange !== undefined)
      throw usageError({
        code: "KEY_TYPE",
        what: `the primary key of ${name} has a ${strange.type} (${strange.name}), which a topic spells otherwise than MySQL`,
        expected: "integers, texts, enums and dates in primary keys",
        remedy: `leave ${name} out of the file of --schema`,
      });
  }
}

/** The rows that are there before the workload, by table: the same for whoever asks with the same seed. */
function firstRows(all: readonly TableFacts[], seed: number): ReadonlyMap<string, readonly Row[]> {
  const rows = new Map<string, readonly Row[]>();
  for (const facts of all) {
    const random = seededRandom(`${seed}/${facts.name}`);
    const count = Math.min(seededRows, mostRows(facts) - 1);
    const own = Array.from({ length: count }, (_, at) => rowOf(facts, { n: at + 1, random, parents: rows }));
    rows.set(facts.name, own);
  }
  return rows;
}

function seedStep(all: readonly TableFacts[], seed: number): SeedStep {
  const rows = firstRows(all, seed);
  const statements = all.flatMap((facts) => (rows.get(facts.name) ?? []).map((row) => asText(insertRow(facts, row))));
  return {
    kind: "sql",
    label: "rows by type",
    statements: {
      async *[Symbol.asyncIterator]() {
        yield* statements;
      },
    },
  };
}

interface Changing {
  readonly facts: readonly TableFacts[];
  readonly seed: number;
  readonly also: Parameters<Source["transactions"]>[0]["also"];
}

/** A table's rows as the writer left them, and how many it has made. */
interface Written {
  readonly facts: TableFacts;
  rows: Row[];
  next: number;
}

function* changes({ facts: all, seed, also }: Changing): Generator<Transaction, never, TransactionOutcome | undefined> {
  const random = seededRandom(`${seed}/changes`);
  const parents = firstRows(all, seed);
  const tables = all.map((facts): Written => {
    const rows = [...(parents.get(facts.name) ?? [])];
    return { facts, rows, next: rows.length + 1 };
  });
  for (;;) {
    const table = random.pick(tables);
    const update = also?.().find((each) => each.table === table.facts.name && random.chance(each.chance));
    const set = update === undefined ? undefined : (row: Row) => update.set(row, random);
    yield (set === undefined ? undefined : updated(table, random, set)) ?? changed(table, { random, parents });
  }
}

function changed(table: Written, how: { random: Random; parents: ReadonlyMap<string, readonly Row[]> }): Transaction {
  const { random } = how;
  const { facts } = table;
  const made = table.rows.length > seededRows;
  if (made && random.chance(0.2) && facts.primaryKey.length > 0) {
    const [row = {}] = table.rows.splice(random.int(seededRows, table.rows.length - 1), 1);
    const key = keyOf(facts, row);
    return one("delete", deleteRow(facts, key), { table: facts.name, kind: "delete", key, before: row });
  }
  if (table.next < mostRows(facts) && random.chance(0.5)) return fresh(table, how);
  const columns = changeable(facts);
  const some = columns.filter(() => random.chance(0.4));
  const chosen = some.length === 0 ? columns.slice(0, 1) : some;
  const set = () =>
    Object.fromEntries(
      chosen.map((column) => [
        column.name,
        rowOf({ ...facts, columns: [column], foreignKeys: [], unique: [] }, { n: 0, random, parents: new Map() })[
          column.name
        ] ?? null,
      ]),
    );
  return (
    (chosen.length === 0 ? undefined : updated(table, random, set)) ??
    (table.next < mostRows(facts) ? fresh(table, how) : nothing)
  );
}

/** A table that can neither grow nor change. */
const nothing: Transaction = { label: "nothing", statements: [], changes: [], rollback: true };

function fresh(
  table: Written,
  { random, parents }: { random: Random; parents: ReadonlyMap<string, readonly Row[]> },
): Transaction {
  const row = rowOf(table.facts, { n: table.next++, random, parents });
  table.rows.push(row);
  return inserted("insert", table.facts, row);
}

/** None where there is no row to change, or no key to find it by. Times that MySQL would write itself stay as they are. */
function updated(table: Written, random: Random, choose: (row: Row) => Row): Transaction | undefined {
  const { facts, rows } = table;
  if (rows.length === 0 || facts.primaryKey.length === 0) return undefined;
  const at = random.int(0, rows.length - 1);
  const before = rows[at] ?? {};
  const kept = facts.columns
    .filter(({ touchedByUpdates }) => touchedByUpdates)
    .map(({ name }): [string, Row[string]] => [name, before[name] ?? null]);
  const set = { ...Object.fromEntries(kept), ...choose(before) };
  const isSame = Object.entries(set).every(
    ([name, value]) => asText({ sql: "?", values: [value] }) === asText({ sql: "?", values: [before[name] ?? null] }),
  );
  if (isSame) return undefined;
  const key = keyOf(facts, before);
  const after = { ...before, ...set };
  rows[at] = after;
  return one("update", updateRow(facts, { set, where: key }), {
    table: facts.name,
    kind: "update",
    key,
    before,
    after,
  });
}

function inserted(label: string, facts: TableFacts, row: Row): Transaction {
  return one(label, insertRow(facts, row), { table: facts.name, kind: "insert", key: keyOf(facts, row), after: row });
}

function one(label: string, statement: Statement, change: Change): Transaction {
  return { label, statements: [statement], changes: [change] };
}
