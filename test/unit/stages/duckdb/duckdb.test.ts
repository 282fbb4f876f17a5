import { describe, expect, test } from "vitest";
import { attachMysqlStatement, lakeRelation } from "#stages/duckdb/attach.ts";
import { openDuckdb } from "#stages/duckdb/client.ts";

describe("DuckDB in the harness", () => {
  test("gives every value as text, NULL as null, and times in UTC", async () => {
    using duckdb = await openDuckdb({});
    const [row] =
      await duckdb.rows(`SELECT 18446744073709551615::UBIGINT AS big, 1.50::DECIMAL(38,2) AS exact, NULL AS nothing,
      DATE '2020-02-29' AS day, TIMESTAMPTZ '2020-01-01 02:00:00+02' AS moment, true AS yes`);
    expect(row).toEqual({
      big: "18446744073709551615",
      exact: "1.50",
      nothing: null,
      day: "2020-02-29",
      moment: "2020-01-01 00:00:00+00",
      yes: "true",
    });
  });

  test("tells the statement that failed", async () => {
    using duckdb = await openDuckdb({});
    await expect(duckdb.rows("SELECT * FROM nowhere")).rejects.toMatchObject({
      code: "DUCKDB",
      got: "SELECT * FROM nowhere",
    });
  });

  test("ends a statement that takes too long, and goes on with the next", async () => {
    using duckdb = await openDuckdb({ withinMs: 200 });
    const endless = "SELECT count(*) FROM range(100000000) AS a(x), range(100000000) AS b(y) WHERE hash(x, y) = 1";
    await expect(duckdb.rows(endless)).rejects.toMatchObject({
      message: expect.stringContaining("no answer within 200 ms"),
    });
    expect(await duckdb.rows("SELECT 1 AS one")).toEqual([{ one: "1" }]);
  });

  test("keeps to its memory limit", async () => {
    using duckdb = await openDuckdb({ memoryLimit: "1GB" });
    expect(await duckdb.rows("SELECT current_setting('memory_limit') AS memory")).toEqual([{ memory: "953.6 MiB" }]);
  });
});

describe("attaching", () => {
  test("quotes what a password may hold", () => {
    const statement = attachMysqlStatement({
      address: { host: "127.0.0.1", port: 3306 },
      user: "duckdb",
      password: `a b"c'd`,
      database: "db",
    });
    expect(statement).toBe(
      `ATTACH 'host=127.0.0.1 port=3306 user=duckdb password="a b\\"c''d" database=db' AS src (TYPE mysql, READ_ONLY)`,
    );
  });

  test("names a table through the catalog, or by its folder where there is none", () => {
    const rest = {
      kind: "rest",
      catalog: { host: "127.0.0.1", port: 1 },
      warehouse: "s3://lake/wh",
      namespace: "db_1",
    } as const;
    expect(lakeRelation(rest, `odd"name`)).toBe(`lake."db_1"."odd""name"`);
    const hadoop = { kind: "hadoop", warehouse: "s3://lake/wh", namespace: "db_1" } as const;
    expect(lakeRelation(hadoop, "people")).toBe("iceberg_scan('s3://lake/wh/db_1/people')");
  });
});
