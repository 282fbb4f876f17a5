import type { Step } from "./check.ts";
import { type EvidenceFiles, evidenceStatements } from "./evidence.ts";
import type { CheckInputs, GivenInputs } from "./inputs.ts";
import { readLake } from "./lake-rows.ts";
import type { LakeEvents } from "./lake-view.ts";
import { localize } from "./localize.ts";
import { projectedTables } from "./projection.ts";
import { readTableFiles } from "./table-files.ts";

/** Evidence in DuckDB, and what the checks are to be given. */
export interface Prepared {
  readonly inputs: CheckInputs;
  /** Tables that DuckDB's iceberg reader could not read, and why: their data files were read instead. */
  readonly troubles: readonly { readonly table: string; readonly trouble: string }[];
}

/** Brings the evidence into DuckDB and examines it. Once, before the checks. */
export function* prepare(inputs: GivenInputs, files: EvidenceFiles): Step<Prepared> {
  for (const statement of evidenceStatements(files)) yield statement;
  return yield* examine(inputs);
}

/** Reads the tables' files and the lake's rows beside the evidence, and finds out where each guilty hop is. */
export function* examine(inputs: GivenInputs): Step<Prepared> {
  yield* readTableFiles(inputs.manifestLists);
  yield* localize(inputs);
  const read = new Map<string, LakeEvents>();
  const troubles: { table: string; trouble: string }[] = [];
  for (const table of projectedTables(inputs.tables, inputs.pipeline.projection)) {
    const { events, trouble } = yield* readLake(inputs, table);
    if (events !== undefined) read.set(table.name, events);
    if (trouble !== undefined) troubles.push({ table: table.name, trouble });
  }
  const events = (table: string) => read.get(table);
  return { inputs: { ...inputs, events, lake: (table) => events(table)?.relation }, troubles };
}
