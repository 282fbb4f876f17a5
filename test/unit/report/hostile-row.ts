import type { Duckdb } from "#stages/duckdb/client.ts";
import { beganWallMs, hostile } from "./scenes.ts";

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** A row whose key and values are hostile: MySQL and the topic have one value, the lake another. */
export async function plantHostileRow({ run }: Duckdb): Promise<void> {
  const key = quoted(`name=${hostile}`);
  const row = (note: string) => quoted(JSON.stringify({ name: hostile, note, salary: "60117" }));
  const at = beganWallMs + 15_000;
  await run(
    `INSERT INTO ledger VALUES (900000, 0, ${quoted(hostile)}, 'aa:7', NULL, NULL, 0, 'employees', 'insert', ${key}, NULL, ${row("as it was")}, 'ok', ${at})`,
  );
  await run(
    `INSERT INTO topics VALUES ('p.db.employees', 0, 900000, ${at + 300}, 'employees', ${key}, 'c', 'insert', 'aa:7', 'binlog.000001', 4, 0, false, ${at}, '{"after":' || ${row("as it was")} || '}')`,
  );
  await run(
    `INSERT INTO lake VALUES ('employees', 'p.db.employees', 0, 900000, 'insert', ${key}, ${row(hostile)}, 's3://lake/hostile.parquet')`,
  );
  await run(`INSERT INTO files VALUES ('employees', 's3://lake/hostile.parquet', 'data', 1, 900, 42, true)`);
  await run(
    `INSERT INTO snapshots VALUES ('employees', 42, NULL, ${at + 2_000}, 'append', '{"added-records":"1"}', false)`,
  );
}
