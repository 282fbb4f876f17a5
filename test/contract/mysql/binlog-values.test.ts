import { beforeAll, expect, test } from "vitest";
import { allTypes } from "#fixtures/all-types/all-types.ts";
import { type BinlogChange, binlogPosition, readBinlog } from "#stages/mysql/binlog.ts";
import type { ConnectOptions, MysqlClient } from "#stages/mysql/client.ts";
import { describeTables } from "#stages/mysql/tables.ts";
import { oneMysql } from "../one-mysql.ts";

let login: ConnectOptions;
let client: MysqlClient;

beforeAll(async () => {
  const mysql = await oneMysql(["CREATE DATABASE db", "USE db"]);
  ({ login, client } = mysql);
  return () => mysql[Symbol.asyncDispose]();
});

/** The row changes that the statements leave in the binlog. */
async function changesOf(run: () => Promise<unknown>): Promise<BinlogChange[]> {
  const from = await binlogPosition(client);
  await run();
  const to = await binlogPosition(client);
  const entries = await Array.fromAsync(readBinlog({ login, from, to, database: "db" }));
  return entries.filter((entry) => entry.kind !== "statement");
}

/** A table's rows as mysql2 tells them as text; of bytes their hex digits, of BIT the number. */
async function asSelected(table: string, order: string) {
  const spec = (await describeTables(client, "db")).find(({ name }) => name === table);
  const columns = spec?.columns.map(({ name, type }) => {
    if (type.startsWith("bit")) return `${name} + 0 AS ${name}`;
    const bytes = /binary|blob|point|linestring|polygon|geom|vector/.test(type);
    return bytes ? `LOWER(HEX(${name})) AS ${name}` : name;
  });
  return client.query(`SELECT ${columns?.join(", ")} FROM ${table} ORDER BY ${order}`);
}

test("every edge of every type is told as MySQL prints it", async () => {
  const source = allTypes({ without: [] });
  for (const statement of source.schema) await client.execute(statement);
  const changes = await changesOf(async () => {
    for (const step of source.seed(1)) {
      if (step.kind !== "sql") continue;
      for await (const sql of step.statements) await client.execute(sql);
    }
  });
  const rows = await asSelected("all_types", "id");
  expect(rows.length).toBeGreaterThan(100);
  expect(changes.map(({ after }) => after)).toEqual(rows);
  expect(changes.map(({ key }) => key)).toEqual(rows.map((row) => `id=${row["id"]}`));
});

/** Compares each row that statements insert with what a SELECT of it gives. */
async function expectAsSelected(table: string, insert: () => Promise<unknown>): Promise<void> {
  const changes = await changesOf(insert);
  const rows = await asSelected(table, "id");
  expect(rows.length).toBeGreaterThan(0);
  expect(changes.map(({ after }) => after)).toEqual(rows);
}

test("text is told in every character set that MySQL has", async () => {
  const sets = await client.query(
    "SELECT character_set_name AS name, maxlen AS bytes FROM information_schema.character_sets WHERE character_set_name <> 'binary'",
  );
  const names = sets.map((row) => row["name"] ?? "");
  await client.execute(
    `CREATE TABLE charsets (id INT PRIMARY KEY, ${names.map((name) => `c_${name} VARCHAR(300) CHARACTER SET ${name}`).join(", ")},
     ${names.map((name) => `e_${name} ENUM('a', 'b''c,d') CHARACTER SET ${name}`).join(", ")})`,
  );
  const columns = [...names.map((name) => `c_${name}`), ...names.map((name) => `e_${name}`)];
  const texts = [
    "",
    "plain",
    "ÄÖÜ äöüß éèñ [\\]{|}~",
    "Привет ΩΔ שלום سلام",
    "漢字かな交じり文 한국어 中文 ①",
    "👍 \u{20000}",
  ];
  await expectAsSelected("charsets", async () => {
    for (const [id, text] of texts.entries()) {
      const values = columns.map((column) => (column.startsWith("c_") ? text : "b'c,d"));
      // IGNORE: what a set does not have becomes a question mark.
      const sql = `INSERT IGNORE INTO charsets (id, ${columns.join(", ")}) VALUES (?${", ?".repeat(columns.length)})`;
      await client.execute(sql, [id, ...values]);
    }
    const oneByte = sets.filter((row) => row["bytes"] === "1" && row["name"] !== "ascii").map((row) => row["name"]);
    const all = Buffer.from(Uint8Array.from({ length: 256 }, (_, byte) => byte)).toString("hex");
    await client.execute(
      `INSERT INTO charsets (id, ${oneByte.map((name) => `c_${name}`).join(", ")})
       VALUES (100, ${oneByte.map((name) => `_${name} X'${all}'`).join(", ")})`,
    );
  });
});

test("FLOAT and DOUBLE are told with MySQL's own digits, ties included", async () => {
  await client.execute("CREATE TABLE floats (id INT PRIMARY KEY AUTO_INCREMENT, f FLOAT, d DOUBLE)");
  const plain = ["0", "-0.0", "1", "10", "100000", "999999", "1000000", "1e14", "1e15", "123456789012345680", "1e-14"];
  const ties = [
    "1000005",
    "1000015",
    "2000025",
    "-1000005",
    "999999.5",
    "8388607.5",
    "0.00012345675",
    "1e-15",
    "1.5e-16",
  ];
  const wide = ["1.17549435e-38", "3.402823e38", "1e-45", "16777217", "0.1", "0.2", "0.30000001192092896", "1e20"];
  await expectAsSelected("floats", async () => {
    for (const value of [...plain, ...ties, ...wide]) {
      await client.execute(`INSERT INTO floats (f, d) VALUES (${value}, ${value})`);
    }
    // Any bits that are numbers.
    await client.execute(
      `INSERT INTO floats (f, d) WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 500)
       SELECT (RAND(n) - 0.5) * POW(10, n % 70 - 35), (RAND(n + 500) - 0.5) * POW(10, n % 600 - 300) FROM n`,
    );
  });
});

test("numbers of every size and sign are told behind a YEAR, an ENUM and a BIT", async () => {
  await client.execute(
    `CREATE TABLE mixed (id INT PRIMARY KEY, y YEAR, u INT UNSIGNED, e ENUM('x','y'), s INT, b BIT(12), t TINYINT UNSIGNED,
     m MEDIUMINT UNSIGNED, m2 MEDIUMINT, many SET(${Array.from({ length: 64 }, (_, at) => `'w${at}'`).join(",")}),
     wide CHAR(255) CHARACTER SET utf8mb4, long_binary BINARY(255),
     ${Array.from({ length: 20 }, (_, at) => `d${at} DECIMAL(${at + 10},${at})`).join(", ")})`,
  );
  await expectAsSelected("mixed", async () => {
    const decimals = (sign: string) =>
      Array.from(
        { length: 20 },
        (_, at) => `${sign}${"1234567890".slice(at % 10)}.${"0123456789".repeat(2).slice(0, at)}`,
      );
    const insert = (values: readonly string[]) =>
      client.execute(`INSERT IGNORE INTO mixed VALUES (${values.join(", ")})`);
    await insert([
      "1",
      "2024",
      "4294967295",
      "'y'",
      "-2147483648",
      "b'101000000001'",
      "255",
      "16777215",
      "-8388608",
      "18446744073709551615",
      "REPEAT('漢', 255)",
      "REPEAT('z', 255)",
      ...decimals(""),
    ]);
    await insert(["2", "0", "0", "''", "-1", "0", "0", "0", "-1", "'w0,w31,w32,w63'", "''", "X'01'", ...decimals("-")]);
    await insert(["3", ...Array.from({ length: 31 }, () => "NULL")]);
  });
});

test("JSON is told as MySQL prints it, whatever lies in it", async () => {
  await client.execute("CREATE TABLE documents (id INT PRIMARY KEY AUTO_INCREMENT, j JSON)");
  const literals = [
    String.raw`{"10": 1, "9": 2, "a": {}, "B": [], "": null, "ü": "\u0001\b\f\n\r\t\"\\ \/ \u007f \u001F"}`,
    "[1, -1, 32767, -32768, 65535, 65536, -2147483648, 4294967295, 4294967296]",
    "[1.0, 1e15, 1e14, 1.5e-20, -0.0, true, false, null]",
    '"👍"',
    "[[[[]]]]",
  ];
  const made = [
    "JSON_ARRAY(CAST(1.10 AS DECIMAL(10,2)), CAST(-0.5 AS DECIMAL(65,30)))",
    "JSON_ARRAY(DATE '2024-02-29', TIME '-838:59:59', TIME '00:00:00.000001', TIMESTAMP '2024-01-01 01:02:03.5')",
    "JSON_OBJECT('bytes', CAST(X'00ff' AS BINARY), 'bit', b'101', 'point', ST_GeomFromText('POINT(1 2)'))",
    "(SELECT JSON_ARRAYAGG(REPEAT('x', 1000)) FROM floats)",
    "(SELECT JSON_OBJECTAGG(CONCAT('key ', id), id * 70000) FROM floats)",
    "JSON_ARRAY(REPEAT('y', 127), REPEAT('y', 128), REPEAT('y', 20000))",
  ];
  await expectAsSelected("documents", async () => {
    for (const text of literals) await client.execute("INSERT INTO documents (j) VALUES (?)", [text]);
    for (const expression of made) await client.execute(`INSERT INTO documents (j) VALUES (${expression})`);
  });
});

test("without full metadata, the names come from the tables as they are", async () => {
  await client.execute(
    "CREATE TABLE nameless (id INT UNSIGNED, e ENUM('it''s','b,c') , s SET('a','b'), t VARCHAR(9) CHARACTER SET cp1251, b VARBINARY(9), PRIMARY KEY (t, id))",
  );
  await client.execute("SET GLOBAL binlog_row_metadata = MINIMAL");
  try {
    const changes = await changesOf(() =>
      client.execute("INSERT INTO nameless VALUES (4294967295, 'it''s', 'a,b', 'Привет', X'00')"),
    );
    expect(changes.map(({ after }) => after)).toEqual(await asSelected("nameless", "id"));
    expect(changes[0]?.key).toBe("t=Привет, id=4294967295");
  } finally {
    await client.execute("SET GLOBAL binlog_row_metadata = FULL");
  }
});
