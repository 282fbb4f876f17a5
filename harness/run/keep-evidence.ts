import { rm } from "node:fs/promises";
import { relations } from "#checks/evidence.ts";
import type { LakeQuery } from "#stages/duckdb/client.ts";
import type { RunFolder } from "./folder.ts";

/** Writes what the checks saw of each stage as Parquet, and takes away the lines that it was made of. */
export async function keepEvidence({ lake, folder }: { lake: LakeQuery; folder: RunFolder }): Promise<void> {
  for (const relation of Object.values(relations)) {
    const file = folder.file(`stages/${relation}.parquet`);
    await lake.run(`COPY ${relation} TO '${file.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION zstd)`);
    await rm(folder.file(`stages/${relation}.jsonl`), { force: true });
  }
}
