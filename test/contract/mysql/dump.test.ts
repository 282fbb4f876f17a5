import { expect, test } from "vitest";
import { connectMysql } from "#stages/mysql/client.ts";
import { restoreDump, takeDump } from "#stages/mysql/dump.ts";
import { oneMysql } from "../one-mysql.ts";

const dump = { database: "bank", copy: "bank_dump" };

test("a restored schema has the definitions, rows and GTIDs of its dump, and the binlog nothing of it", async () => {
  await using server = await oneMysql();
  const { client: mysql, login } = server;
  const told = async (sql: string) => (await mysql.query(sql)).map((row) => Object.values(row).join(" "));
  const executed = () => told("SELECT @@GLOBAL.gtid_executed, @@GLOBAL.gtid_purged");

  await mysql.execute("CREATE DATABASE bank");
  await mysql.execute(
    "CREATE TABLE bank.branches (id INT PRIMARY KEY, city VARCHAR(9), upper_city VARCHAR(9) AS (UPPER(city)))",
  );
  await mysql.execute(
    "CREATE TABLE bank.accounts (id INT PRIMARY KEY, branch INT, FOREIGN KEY (branch) REFERENCES branches (id))",
  );
  await mysql.execute("INSERT INTO bank.branches (id, city) VALUES (1, 'Bonn')");
  await mysql.execute("INSERT INTO bank.accounts VALUES (7, 1)");
  const schema = await told("SHOW CREATE TABLE bank.accounts");
  await using other = await connectMysql(login);
  const { gtids } = await takeDump(other, dump);
  expect(await executed()).toEqual([`${gtids} `]);

  await mysql.execute("UPDATE bank.branches SET city = 'Kiel'");
  await mysql.execute("ALTER TABLE bank.accounts ADD COLUMN later INT");
  await mysql.execute("CREATE TABLE bank.more (id INT PRIMARY KEY)");
  await using third = await connectMysql(login);
  await restoreDump(third, {
    ...dump,
    between: async () => expect(await told("SHOW TABLES FROM bank")).toEqual([]),
  });

  expect(await executed()).toEqual([`${gtids} ${gtids}`]);
  expect(await told("SHOW CREATE TABLE bank.accounts")).toEqual(schema);
  expect(await told("SELECT * FROM bank.branches")).toEqual(["1 Bonn BONN"]);
  expect(await told("SELECT * FROM bank.accounts")).toEqual(["7 1"]);
  expect(await told("SHOW TABLES FROM bank")).toEqual(["accounts", "branches"]);
  expect(await told("SHOW DATABASES LIKE 'bank%'")).toEqual(["bank"]);
  await expect(mysql.execute("INSERT INTO bank.accounts VALUES (8, 2)")).rejects.toThrow("foreign key constraint");

  await expect(restoreDump(third, { ...dump, between: async () => undefined })).rejects.toMatchObject({
    code: "DUMP_MISSING",
  });
});
