import { describe, expect, test } from "vitest";
import { runCheck } from "#checks/check.ts";
import { oneRowPerKey } from "#checks/one-row-per-key.ts";
import { openDuckdb } from "#stages/duckdb/client.ts";

/** Rows of the lake: key and kind, in the order of their offsets. */
async function checked(...rows: readonly (readonly [key: string, kind: string])[]) {
  using duckdb = await openDuckdb({});
  await duckdb.run(`CREATE TABLE lake ("table" VARCHAR, key VARCHAR, kind VARCHAR, "offset" BIGINT)`);
  for (const [at, [key, kind]] of rows.entries())
    await duckdb.run(`INSERT INTO lake VALUES ('people', '${key}', '${kind}', ${at})`);
  return await runCheck(oneRowPerKey(), duckdb.rows);
}

describe("one row per key", () => {
  test("is valid for a table of rows that never changed", async () => {
    expect(await checked(["id=1", "snapshot"], ["id=2", "insert"])).toMatchObject({ verdict: "valid", anomalies: [] });
  });

  test("finds the rows that an append-only sink leaves behind", async () => {
    const { verdict, anomalies } = await checked(["id=1", "insert"], ["id=1", "update"], ["id=1", "update"]);
    expect(verdict).toBe("invalid");
    expect(anomalies).toMatchObject([{ class: "duplicate", table: "people", key: "id=1", count: 2 }]);
  });

  test("finds the key that was deleted and is still there", async () => {
    const { anomalies } = await checked(["id=1", "insert"], ["id=1", "delete"], ["id=2", "insert"]);
    expect(anomalies).toMatchObject([
      { class: "duplicate", count: 1 },
      { class: "resurrected", key: "id=1", count: 1 },
    ]);
  });
});
