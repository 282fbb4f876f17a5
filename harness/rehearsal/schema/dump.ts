import { usageError } from "#core/errors.ts";
import { splitStatements } from "#fixtures/employees/sql-splitter.ts";

/** What a dump without data creates. */
export interface Dump {
  /** Parents before children. */
  readonly tables: readonly DumpedTable[];
  /** What is in the dump and is not made: triggers would write rows of their own, views have none. */
  readonly leftOut: readonly string[];
}

export interface DumpedTable {
  readonly name: string;
  readonly ddl: string;
}

/** Reads the CREATE TABLE statements of `mysqldump --no-data`; of several databases, those of one. */
export async function readDump({
  file,
  text,
  database,
}: {
  file: string;
  text: string;
  database: string;
}): Promise<Dump> {
  // The client's own command, around triggers and routines.
  const plain = text.replaceAll(/^DELIMITER ;;[\s\S]*?^DELIMITER ;\s*$/gm, "");
  const tables: DumpedTable[] = [];
  let current: string | undefined;
  for await (const statement of splitStatements([plain])) {
    const sql = withoutComments(statement);
    current = /^USE\s+`?([^`;\s]+)`?/i.exec(sql)?.[1] ?? current;
    const [, name] = /^CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:`[^`]+`\.|\w+\.)?`?([^`\s(]+)`?/i.exec(sql) ?? [];
    if (name !== undefined && (current ?? database) === database) tables.push({ name, ddl: prepared(sql) });
  }
  if (tables.length === 0) throw noTables(file, database);
  return { tables: inOrder(tables), leftOut: leftOut(text) };
}

function withoutComments(statement: string): string {
  return statement.replaceAll(/^\s*(?:--.*$|#.*$|\/\*(?!!)[\s\S]*?\*\/)/gm, "").trim();
}

/** Rows are made by type alone: what a CHECK wants of them is not known, so it is not enforced. */
function prepared(sql: string): string {
  return sql.replaceAll(/^(\s*CONSTRAINT\s+`[^`]+`\s+CHECK\s+\(.*\))(,?)\s*$/gm, "$1 NOT ENFORCED$2");
}

function inOrder(tables: readonly DumpedTable[]): DumpedTable[] {
  const byName = new Map(tables.map((table) => [table.name, table]));
  const ordered = new Set<DumpedTable>();
  const visit = (table: DumpedTable, path: readonly string[]) => {
    for (const [, parent = ""] of table.ddl.matchAll(/REFERENCES\s+`?([^`\s(]+)`?/gi)) {
      const found = byName.get(parent);
      if (found !== undefined && found !== table && !path.includes(parent)) visit(found, [...path, parent]);
    }
    ordered.add(table);
  };
  for (const table of tables) visit(table, [table.name]);
  return [...ordered];
}

function leftOut(text: string): string[] {
  const count = (what: string, pattern: RegExp) => {
    const found = [...text.matchAll(pattern)].length;
    return found === 0 ? [] : [`${found} ${what}`];
  };
  return [
    ...count("triggers", /\bTRIGGER\s+`/gi),
    ...count("routines", /\b(PROCEDURE|FUNCTION)\s+`/gi),
    ...count("CHECK constraints, which are not enforced", /^\s*CONSTRAINT\s+`[^`]+`\s+CHECK\b/gim),
  ];
}

function noTables(file: string, database: string): Error {
  return usageError({
    code: "SCHEMA_EMPTY",
    what: `${file} creates no table of ${database}`,
    expected: "CREATE TABLE statements, as mysqldump --no-data writes them",
    remedy: `mysqldump --no-data ${database} > ${file}`,
    evidence: [file],
  });
}
