import type { PipelineSpec } from "#core/pipeline-spec.ts";
import type { PartitionOffsets } from "#core/ports.ts";
import type { TableSpec } from "#core/source.ts";
import type { LakeEvents } from "./lake-view.ts";
import type { SourceRelation } from "./source-view.ts";

/** What is known of a pipeline before its evidence is examined. */
export interface GivenInputs {
  readonly pipeline: Pick<PipelineSpec, "shape" | "projection"> & {
    readonly names: Pick<
      PipelineSpec["names"],
      "database" | "sinkGroup" | "coordinatorGroup" | "sourceConnector" | "sinkConnector"
    >;
  };
  /** The captured tables as MySQL has them now. */
  readonly tables: readonly TableSpec[];
  /** A table of the lake for a FROM clause; undefined when the lake does not have it. */
  readonly lake: (table: string) => string | undefined;
  /** Whether those relations tell in `filename` which file holds a row, as DuckDB's iceberg reader does. */
  readonly lakeTellsFiles: boolean;
  /** Where the manifest list of each table's current snapshot is, as the table spells it. */
  readonly manifestLists: ReadonlyMap<string, string>;
  /** Columns that a table of the lake once had and has no more. */
  readonly droppedColumns: ReadonlyMap<string, readonly string[]>;
  readonly source: SourceRelation;
  /** Where the records of the topics begin that were recorded; empty when all were, the snapshot's included. */
  readonly recordedFrom: ReadonlyMap<string, PartitionOffsets>;
}

/** What the checks are told of it. */
export interface CheckInputs extends GivenInputs {
  /** How to read a table of the lake as a changelog; undefined when the lake does not have it. */
  readonly events: (table: string) => LakeEvents | undefined;
}

/** Whether every record of the topics is in the evidence; else a lake's record without one is no phantom. */
export function topicIsComplete({ recordedFrom }: Pick<GivenInputs, "recordedFrom">): boolean {
  return recordedFrom.size === 0;
}

/** A table without the columns that the lake's has no more: files that were written earlier still hold them. */
export function withoutDropped({ droppedColumns }: Pick<GivenInputs, "droppedColumns">, table: TableSpec): TableSpec {
  const dropped = new Set(droppedColumns.get(table.name));
  return { ...table, columns: table.columns.filter(({ name }) => !dropped.has(name)) };
}
