import type { TableSpec } from "#core/source.ts";
import type { Step } from "./check.ts";
import { type Comparison, compareColumns, eventColumns, rowText } from "./comparison.ts";
import { type GivenInputs, topicIsComplete } from "./inputs.ts";
import { describeLake, type LakeEvents } from "./lake-view.ts";
import { text } from "./sql.ts";
import { liveRows } from "./table-files.ts";

/** How a table's rows were read. */
export interface LakeRead {
  /** Of the lake's table, or of what is left of its files. Undefined for one that the lake does not have. */
  readonly events: LakeEvents | undefined;
  /** Why DuckDB's iceberg reader did not read it, where the data files were read instead. */
  readonly trouble?: string;
}

/**
 * Reads each row of a table into `lake`, as an event with its place in Kafka, its key, its values as text and the file that
 * holds it. Where the iceberg reader fails, as it does on a data file that is gone, what is left of the files is read.
 */
export function* readLake(inputs: GivenInputs, table: TableSpec): Step<LakeRead> {
  const relation = inputs.lake(table.name);
  if (relation === undefined) return { events: undefined };
  try {
    return { events: yield* insertRows({ inputs, table, relation, tellsFile: inputs.lakeTellsFiles }) };
  } catch (error) {
    const left = yield* liveRows(table.name);
    if (left === undefined) throw error;
    const events = yield* insertRows({ inputs, table, relation: left, tellsFile: true });
    return { events, trouble: error instanceof Error ? error.message : String(error) };
  }
}

interface Reading {
  readonly inputs: GivenInputs;
  readonly table: TableSpec;
  readonly relation: string;
  readonly tellsFile: boolean;
}

function* insertRows({ inputs, table, relation, tellsFile }: Reading): Step<LakeEvents> {
  const events = yield* describeLake(relation, inputs.pipeline.shape);
  const withFile = tellsFile ? { ...events, file: "filename" } : events;
  yield `INSERT INTO lake ${lakeRows(compareColumns(inputs, table, withFile), inputs)}`;
  return events;
}

/** A table's rows in the form of `lake`. Of a stream that was recorded from its middle on, only what was recorded. */
export function lakeRows({ table, changes }: Comparison, inputs: GivenInputs): string {
  const { kind, topic, partition, offset, row, file } = eventColumns;
  const key = table.primaryKey.length === 0 ? "''" : rowText(table.primaryKey, "changes");
  const recorded = topicIsComplete(inputs)
    ? ""
    : ` WHERE ${offset} IS NULL OR EXISTS (SELECT 1 FROM recorded_from AS r
        WHERE r.topic = changes.${topic} AND r."partition" = changes.${partition} AND changes.${offset} >= r."offset")`;
  return `SELECT ${text(table.name)}, ${topic}, ${partition}, ${offset}, ${kind}, ${key}, ${row}, ${file}
    FROM (${changes}) AS changes${recorded}`;
}
