import assert from "node:assert/strict";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCheck } from "#checks/check.ts";
import { columnForm } from "#checks/column-forms.ts";
import { currentState } from "#checks/current-state.ts";
import type { GivenInputs } from "#checks/inputs.ts";
import { prepare } from "#checks/prepare.ts";
import { attachedMysql, mysqlSelect, type SourceView } from "#checks/source-view.ts";
import { nothingLeftOut } from "#core/pipeline-spec.ts";
import type { SqlRow } from "#core/ports.ts";
import { allTypes } from "#fixtures/all-types/all-types.ts";
import { attachMysqlStatement } from "#stages/duckdb/attach.ts";
import { type Duckdb, openDuckdb } from "#stages/duckdb/client.ts";
import type { MysqlClient } from "#stages/mysql/client.ts";
import { describeTables } from "#stages/mysql/tables.ts";
import { names } from "../../unit/checks/people.ts";
import { oneMysql, secrets } from "../one-mysql.ts";
import { openTestRuntime } from "../one-server.ts";

/** A MySQL type with a value, how the pipeline may write it into the lake, and another value of the same lake type. */
interface Case {
  readonly mysql: string;
  readonly value: string;
  readonly lake: string;
  readonly same: string;
  readonly other: string;
}

const one = (mysql: string, value: string, lake: string, same: string, other: string): Case => ({
  mysql,
  value,
  lake,
  same,
  other,
});

const cases: readonly Case[] = [
  one("tinyint(1)", "5", "INTEGER", "5", "1"),
  one("tinyint(1)", "1", "BOOLEAN", "true", "false"),
  one("tinyint unsigned", "255", "INTEGER", "255", "-1"),
  one("int unsigned", "4294967295", "BIGINT", "4294967295", "-1"),
  one("bigint", "-9223372036854775808", "BIGINT", "-9223372036854775808", "0"),
  one("bigint unsigned", "18446744073709551615", "DECIMAL(38,0)", "18446744073709551615", "-1"),
  one("bigint unsigned", "7", "BIGINT", "7", "-1"),
  one("int", "705032704", "VARCHAR", "'705032704'", "'5'"),
  one("year", "2155", "INTEGER", "2155", "1901"),
  one("decimal(10,2)", "-12.30", "DECIMAL(38,2)", "-12.30", "-12.31"),
  one("decimal(10,2)", "12.50", "DOUBLE", "12.5", "12.51"),
  one(
    "decimal(65,30)",
    "12345678901234567890123456789012345.000000000000000000000000000001",
    "VARCHAR",
    "'12345678901234567890123456789012345.000000000000000000000000000001'",
    "'12345678901234567890123456789012345.000000000000000000000000000002'",
  ),
  one("float", "1.1", "FLOAT", "1.1", "1.10001"),
  one("float", "16777217", "FLOAT", "16777216", "16777000"),
  one("double", "0.1", "DOUBLE", "0.1", "0.10000000000000002"),
  one("varchar(20)", "'🧊 é'", "VARCHAR", "'🧊 é'", "'? é'"),
  one("varchar(20) character set latin1", "'é'", "VARCHAR", "'é'", "'Ã©'"),
  one("enum('M','F')", "'F'", "VARCHAR", "'F'", "'M'"),
  one("set('a','b','c')", "'a,c'", "VARCHAR", "'a,c'", "'a'"),
  one("json", `'{"a": [1, 2.5, "x y"]}'`, "VARCHAR", `'{"a":[1,2.5,"x y"]}'`, `'{"a":[1,2.5,"xy"]}'`),
  one("varbinary(5)", "X'00FF'", "BLOB", `'\\x00\\xFF'::BLOB`, `'\\x00'::BLOB`),
  one("blob", "X'FBFF'", "VARCHAR", "'+/8='", "'+/9='"),
  one("blob", "X'FBFF'", "VARCHAR", "'-_8='", "'-_9='"),
  one("blob", "X'FBFF'", "VARCHAR", "'fbff'", "'fbfe'"),
  one("bit(1)", "b'1'", "BOOLEAN", "true", "false"),
  one("bit(12)", "b'101000000001'", "BLOB", `'\\x01\\x0A'::BLOB`, `'\\x0A\\x01'::BLOB`),
  one("bit(64)", "b'1'", "BLOB", `'\\x01'::BLOB`, `'\\x00'::BLOB`),
  one("date", "'2020-02-29'", "DATE", "DATE '2020-02-29'", "DATE '2020-03-01'"),
  one("date", "'2020-02-29'", "INTEGER", "18321", "18322"),
  one("date", "'0000-00-00'", "VARCHAR", "'0000-00-00'", "NULL"),
  one("datetime", "'2020-01-01 01:02:03'", "BIGINT", "1577840523000", "1577840524000"),
  one("datetime(6)", "'2020-01-01 01:02:03.123456'", "BIGINT", "1577840523123456", "1577840523123000"),
  one(
    "datetime(3)",
    "'2020-01-01 01:02:03.12'",
    "TIMESTAMP WITH TIME ZONE",
    "'2020-01-01 01:02:03.12+00'::TIMESTAMPTZ",
    "'2020-01-01 01:02:03.13+00'::TIMESTAMPTZ",
  ),
  one(
    "datetime(6)",
    "'9999-12-31 23:59:59.999999'",
    "TIMESTAMP",
    "TIMESTAMP '9999-12-31 23:59:59.999999'",
    "TIMESTAMP '9999-12-31 23:59:59.999'",
  ),
  one(
    "timestamp(6)",
    "'2020-06-01 01:02:03.000001'",
    "VARCHAR",
    "'2020-06-01T01:02:03.000001Z'",
    "'2020-06-01T01:02:03Z'",
  ),
  one("timestamp", "'2020-06-01 01:02:03'", "VARCHAR", "'2020-06-01T01:02:03Z'", "'2020-06-01T03:02:03Z'"),
  one("time", "'-838:59:59'", "BIGINT", "-3020399000000", "3020399000000"),
  one("time(6)", "'-00:00:00.000001'", "BIGINT", "-1", "1"),
  one("time(6)", "'12:34:56.789012'", "TIME", "TIME '12:34:56.789012'", "TIME '12:34:56.789'"),
  one("time", "'00:00:02'", "INTEGER", "2000", "2"),
  one(
    "point",
    "ST_GeomFromText('POINT(1 2)')",
    "STRUCT(x DOUBLE, y DOUBLE, wkb BLOB, srid INTEGER)",
    "{'x': 1, 'y': 2, 'wkb': unhex('0101000000000000000000F03F0000000000000040'), 'srid': NULL}",
    "{'x': 1, 'y': 2, 'wkb': unhex('0101000000000000000000F03F0000000000000041'), 'srid': NULL}",
  ),
];

let client: MysqlClient;
let duckdb: Duckdb;
const owned = new AsyncDisposableStack();

beforeAll(async () => {
  const here = owned.use(await openTestRuntime());
  const mysql = owned.use(
    await oneMysql(["SET SESSION sql_mode = 'STRICT_TRANS_TABLES'", "CREATE DATABASE db"], { here }),
  );
  client = mysql.client;
  duckdb = owned.use(await openDuckdb({ extensionsFolder: here.parts.duckdbExtensions.folder }));
  await duckdb.run("SET mysql_session_time_zone = '+00:00'");
  const { address } = mysql.login;
  await duckdb.run(attachMysqlStatement({ address, user: "duckdb", password: secrets.duckdb, database: "db" }));
});
afterAll(() => owned.disposeAsync());

/** Compares MySQL's `cases` with a lake that holds one row of these values. */
async function compareCases(value: (one: Case) => string) {
  const columns = cases.map((one, at) => `(${value(one)})::${one.lake} AS c${at}`);
  await duckdb.run(
    `CREATE OR REPLACE TABLE lake_cases AS SELECT 1 AS id, ${columns.join(", ")}, {'op': 'I', 'offset': 0} AS _cdc`,
  );
  const inputs: GivenInputs = {
    pipeline: { shape: "debezium-transform", projection: nothingLeftOut, names },
    tables: (await describeTables(client, "db")).filter(({ name }) => name === "cases"),
    lake: (table) => `lake_${table}`,
    lakeTellsFiles: false,
    manifestLists: new Map(),
    droppedColumns: new Map(),
    recordedFrom: new Map(),
    source: attachedMysql("src"),
  };
  const prepared = await runCheck(prepare(inputs, {}), duckdb.rows);
  return runCheck(currentState(prepared.inputs), duckdb.rows);
}

test("every type is compared by its value in every form that it may have in the lake", async () => {
  await client.execute(
    `CREATE TABLE db.cases (id INT PRIMARY KEY, ${cases.map(({ mysql }, at) => `c${at} ${mysql}`).join(", ")})`,
  );
  await client.execute(`INSERT INTO db.cases VALUES (1, ${cases.map(({ value }) => value).join(", ")})`);

  expect(await compareCases(({ same }) => same)).toMatchObject({ verdict: "valid", anomalies: [] });

  const { anomalies } = await compareCases(({ other }) => other);
  expect(anomalies.map((anomaly) => anomaly.class)).toEqual(["value-changed"]);
  const shown = anomalies[0]?.evidence[1] ?? "";
  expect(cases.filter((_, at) => !shown.includes(`c${at}=`))).toEqual([]);

  const nothing = await compareCases(() => "NULL");
  const missing = nothing.anomalies[0]?.evidence[1] ?? "";
  expect(cases.filter((_, at) => !missing.includes(`c${at}=`))).toEqual([]);
});

test("DuckDB reads every edge of every type as MySQL itself tells it", async () => {
  const view = await allTypesView();
  const fromMysql = await client.query(`${mysqlSelect(view)} ORDER BY id`);
  const fromDuckdb = await duckdb.rows(`SELECT * FROM ${attachedMysql("src")(view)} ORDER BY id`);
  expect(fromMysql.length).toBeGreaterThan(100);
  expect(fromDuckdb.map(plain)).toEqual(fromMysql.map(plain));
});

/** The table of all types with all its edges, and what MySQL is asked for of each column. */
async function allTypesView(): Promise<SourceView> {
  const source = allTypes();
  await client.execute("USE db");
  for (const statement of source.schema) await client.execute(statement);
  for (const step of source.seed(1)) {
    if (step.kind !== "sql") continue;
    for await (const sql of step.statements) await client.execute(sql);
  }
  const table = (await describeTables(client, "db")).find(({ name }) => name === "all_types");
  assert(table !== undefined);
  const reads = new Map(table.columns.map(({ name, type }) => [name, readOf(name, type)]));
  return { database: "db", table, reads, projection: nothingLeftOut };
}

/** Doubles as numbers: the two print them in their own ways. */
function plain(row: SqlRow): Record<string, string | number | null> {
  const entries = Object.entries(row).map(([column, value]) => {
    return [column, value !== null && /float|double/.test(column) ? Number(value) : value] as const;
  });
  return Object.fromEntries(entries);
}

/** What MySQL is asked for, for the first lake type that fits. */
function readOf(name: string, mysqlType: string): string {
  const lakeTypes = ["BIGINT", "VARCHAR", "BLOB", "DOUBLE", "DATE", "BOOLEAN", "STRUCT(wkb BLOB, srid INTEGER)"];
  const form = lakeTypes
    .map((lakeType) => columnForm({ mysqlType, lakeType, inMysql: `\`${name}\``, inSource: name, inLake: name }))
    .find((found) => found !== undefined);
  assert(form !== undefined, `no form for ${mysqlType}`);
  return form.read;
}
