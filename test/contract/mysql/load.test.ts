import { beforeAll, describe, expect, test } from "vitest";
import type { SqlValue } from "#core/source.ts";
import type { MysqlClient } from "#stages/mysql/client.ts";
import { loadRows } from "#stages/mysql/load.ts";
import { describeTables } from "#stages/mysql/tables.ts";
import { oneMysql } from "../one-mysql.ts";

let client: MysqlClient;

beforeAll(async () => {
  const mysql = await oneMysql(["CREATE DATABASE db"]);
  ({ client } = mysql);
  return () => mysql[Symbol.asyncDispose]();
});

const nasty = [
  "plain",
  "",
  "tab\there",
  "line\nbreak",
  "back\\slash",
  "\\N",
  "quote'\"`",
  "nul\0",
  "return\r\n",
  "ünï 🧊 漢",
];

describe("loading", () => {
  test("keeps text with tabs, line breaks, backslashes, NUL and four-byte characters, also in other character sets", async () => {
    await client.execute(
      "CREATE TABLE db.texts (id INT PRIMARY KEY, t TEXT CHARACTER SET utf8mb4, l VARCHAR(20) CHARACTER SET latin1)",
    );
    const rows = nasty.map((text, id) => [id, text, id === 9 ? "é" : text]);
    expect(await loadRows(client, { database: "db", table: "texts", columns: ["id", "t", "l"], rows })).toBe(
      nasty.length,
    );
    const back = await client.query("SELECT HEX(t) AS t, HEX(CONVERT(l USING utf8mb4)) AS l FROM db.texts ORDER BY id");
    expect(back).toEqual(rows.map(([, t, l]) => ({ t: hex(String(t)), l: hex(String(l)) })));
  });

  test("keeps NULL apart from the empty text, and 64-bit numbers and decimals to the last digit", async () => {
    await client.execute(
      "CREATE TABLE db.numbers (id INT PRIMARY KEY, u BIGINT UNSIGNED, s BIGINT, d DECIMAL(65,30), t VARCHAR(5))",
    );
    const decimal = `${"9".repeat(35)}.${"9".repeat(30)}`;
    const rows: SqlValue[][] = [
      [1, 18446744073709551615n, -9223372036854775808n, decimal, ""],
      [2, null, null, null, null],
    ];
    await loadRows(client, { database: "db", table: "numbers", columns: ["id", "u", "s", "d", "t"], rows });
    expect(await client.query("SELECT u, s, d, t FROM db.numbers ORDER BY id")).toEqual([
      { u: "18446744073709551615", s: "-9223372036854775808", d: decimal, t: "" },
      { u: null, s: null, d: null, t: null },
    ]);
  });

  test("keeps every byte of binary, blob, bit and spatial columns", async () => {
    await client.execute(
      "CREATE TABLE db.bytes (id INT PRIMARY KEY, b BLOB, v VARBINARY(300), f BINARY(3), bits BIT(12), p POINT)",
    );
    const all = Uint8Array.from({ length: 256 }, (_, at) => at);
    const [point] = await client.query("SELECT HEX(ST_GeomFromText('POINT(1 2)', 4326)) AS p");
    const rows: SqlValue[][] = [
      [1, all, all, new Uint8Array([0, 92, 9]), 2561, Buffer.from(point?.["p"] ?? "", "hex")],
      [2, null, null, null, null, null],
    ];
    await loadRows(client, { database: "db", table: "bytes", columns: ["id", "b", "v", "f", "bits", "p"], rows });
    const back = await client.query(
      "SELECT HEX(b) AS b, HEX(v) AS v, HEX(f) AS f, bits + 0 AS bits, HEX(p) AS p FROM db.bytes ORDER BY id",
    );
    const hexAll = Buffer.from(all).toString("hex").toUpperCase();
    expect(back).toEqual([
      { b: hexAll, v: hexAll, f: "005C09", bits: "2561", p: point?.["p"] },
      { b: null, v: null, f: null, bits: null, p: null },
    ]);
  });

  test("loads more rows than one transaction takes", async () => {
    await client.execute("CREATE TABLE db.many (id INT PRIMARY KEY)");
    const rows = Iterator.from({
      *[Symbol.iterator]() {
        for (let id = 0; id < 200_000; id++) yield [id];
      },
    });
    expect(await loadRows(client, { database: "db", table: "many", columns: ["id"], rows })).toBe(200_000);
    expect(await client.query("SELECT COUNT(*) AS n, COUNT(DISTINCT id) AS d FROM db.many")).toEqual([
      { n: "200000", d: "200000" },
    ]);
  });

  test("fails when MySQL would have changed a value or dropped a row", async () => {
    await client.execute("CREATE TABLE db.strict (id TINYINT PRIMARY KEY)");
    const load = (rows: SqlValue[][]) => loadRows(client, { database: "db", table: "strict", columns: ["id"], rows });
    await expect(load([[300]])).rejects.toMatchObject({
      code: "MYSQL_LOAD",
      evidence: [expect.stringContaining("Out of range")],
    });
    await expect(load([[1], [1]])).rejects.toMatchObject({
      code: "MYSQL_LOAD",
      got: expect.stringContaining("1 rows"),
    });
  });
});

test("tables are described with MySQL's own types and their keys in order", async () => {
  await client.execute("CREATE DATABASE shapes");
  await client.execute(
    "CREATE TABLE shapes.b (x INT UNSIGNED NOT NULL, e ENUM('M','F'), d DATETIME(6) NOT NULL, PRIMARY KEY (d, x))",
  );
  await client.execute("CREATE TABLE shapes.a (n INT)");
  await client.execute("CREATE VIEW shapes.v AS SELECT 1 AS one");
  expect(await describeTables(client, "shapes")).toEqual([
    { name: "a", columns: [{ name: "n", type: "int", nullable: true }], primaryKey: [] },
    {
      name: "b",
      columns: [
        { name: "x", type: "int unsigned", nullable: false },
        { name: "e", type: "enum('M','F')", nullable: true },
        { name: "d", type: "datetime(6)", nullable: false },
      ],
      primaryKey: ["d", "x"],
    },
  ]);
});

function hex(text: string): string {
  return Buffer.from(text, "utf8").toString("hex").toUpperCase();
}
