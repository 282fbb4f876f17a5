import { beforeAll, describe, expect, test } from "vitest";
import type { Source } from "#core/source.ts";
import { allTypes, allTypesEdges } from "#fixtures/all-types/all-types.ts";
import { rowCounts } from "#fixtures/employees/counts.ts";
import { employees } from "#fixtures/employees/employees.ts";
import { schemaChanges } from "#fixtures/schema-changes/all.ts";
import type { MysqlClient } from "#stages/mysql/client.ts";
import { loadRows } from "#stages/mysql/load.ts";
import { oneMysql } from "../one-mysql.ts";

let client: MysqlClient;

beforeAll(async () => {
  const mysql = await oneMysql();
  ({ client } = mysql);
  return () => mysql[Symbol.asyncDispose]();
});

describe("schema changes", () => {
  test.for(schemaChanges)("$id is a change that MySQL makes", async ({ id, tables, before, change, after }) => {
    const schema = `\`${id}\``;
    const all = [
      `CREATE DATABASE ${schema}`,
      `USE ${schema}`,
      ...tables,
      ...before,
      ...change,
      "BEGIN",
      ...after,
      "COMMIT",
    ];
    for (const statement of all) await client.execute(statement);
  });
});

describe("employees, small", () => {
  beforeAll(() => load("office", employees()));

  test("has in MySQL the rows that are announced for it, table by table", async () => {
    expect(await counted("office", employees())).toEqual(rowCounts(1_000));
  });

  test("has no row whose parent is missing, though it was loaded without looking", async () => {
    expect(await orphans("office")).toEqual({
      "dept_emp.dept_no": 0,
      "dept_emp.emp_no": 0,
      "dept_manager.dept_no": 0,
      "dept_manager.emp_no": 0,
      "salaries.emp_no": 0,
      "titles.emp_no": 0,
    });
    await client.execute("SET foreign_key_checks = 0");
    await client.execute("INSERT INTO office.salaries VALUES (1, 1, '2000-01-01', '2000-01-02')");
    await client.execute("SET foreign_key_checks = 1");
    expect(await orphans("office")).toMatchObject({ "salaries.emp_no": 1, "titles.emp_no": 0 });
  });

  test("has foreign keys that MySQL heeds", async () => {
    await expect(client.execute("INSERT INTO office.titles VALUES (2, 'Staff', '2000-01-01', NULL)")).rejects.toThrow(
      /foreign key/,
    );
  });
});

test("all types have one row for each edge, and the sentinel of either source goes in", async () => {
  const source = allTypes();
  await load("types", source);
  expect(await counted("types", source)).toEqual({ all_types: allTypesEdges().length });
  await load("last", employees({ employees: 1 }));
  for (const [database, each] of [
    ["types", source],
    ["last", employees({ employees: 1 })],
  ] as const) {
    await client.execute(`USE ${database}`);
    for (const table of each.tables)
      for (const { sql, values } of each.sentinel(table).statements)
        expect((await client.execute(sql, values)).affectedRows, table).toBe(1);
  }
});

/** As a run does it: the schema, then each step. */
async function load(database: string, source: Source): Promise<void> {
  await client.execute(`CREATE DATABASE ${database}`);
  await client.execute(`USE ${database}`);
  for (const statement of source.schema) await client.execute(statement);
  for (const step of source.seed(7)) {
    if (step.kind === "rows") await loadRows(client, { ...step, database });
    else for await (const statement of step.statements) await client.execute(statement);
  }
}

async function counted(database: string, { tables }: Source): Promise<Record<string, number>> {
  const counts = tables.map(async (table) => {
    const [row] = await client.query(`SELECT count(*) AS n FROM ${database}.${table}`);
    return [table, Number(row?.["n"])] as const;
  });
  return Object.fromEntries(await Promise.all(counts));
}

/** Rows without their parent, by the column that refers to it. */
async function orphans(database: string): Promise<Record<string, number>> {
  const keys = await client.query(
    `SELECT table_name AS child, column_name AS col, referenced_table_name AS parent, referenced_column_name AS pcol
      FROM information_schema.key_column_usage WHERE table_schema = ? AND referenced_table_name IS NOT NULL`,
    [database],
  );
  const counts = keys.map(async ({ child, col, parent, pcol }) => {
    const [row] = await client.query(
      `SELECT count(*) AS n FROM ${database}.${child} AS c LEFT JOIN ${database}.${parent} AS p ON p.${pcol} = c.${col}
        WHERE p.${pcol} IS NULL`,
    );
    return [`${child}.${col}`, Number(row?.["n"])] as const;
  });
  return Object.fromEntries(await Promise.all(counts));
}
