import { existsSync } from "node:fs";
import { join } from "node:path";
import { type EvidenceFiles, evidenceStatements, relations } from "#checks/evidence.ts";
import { type Duckdb, openDuckdb } from "#stages/duckdb/client.ts";

/** A run's evidence in DuckDB: the relations of checks/evidence.ts, as far as the run came. */
export async function openRun(folder: string): Promise<Duckdb> {
  // Without a verdict its harness was killed, and the files are what it had written by then.
  const cutOff = !existsSync(join(folder, "verdict.json"));
  const duckdb = await openDuckdb({});
  for (const statement of evidenceStatements(evidenceFiles(folder), { cutOff })) await duckdb.run(statement);
  return duckdb;
}

/** The file of each relation that a run's folder has. */
export function evidenceFiles(folder: string): EvidenceFiles {
  const found = Object.values(relations).flatMap((relation) => {
    const files = [`${relation}.parquet`, `${relation}.jsonl`].map((name) => join(folder, "stages", name));
    const file = files.find((each) => existsSync(each));
    return file === undefined ? [] : [[relation, file] as const];
  });
  return Object.fromEntries(found);
}
