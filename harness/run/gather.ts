import type { EvidenceFiles } from "#checks/evidence.ts";
import { capturedTables } from "#core/pipeline-spec.ts";
import type { Clients, Pipeline } from "#pipeline";
import { ancestry, type TableMetadata } from "#stages/iceberg/metadata.ts";
import { warehouseFolder } from "../stack.ts";
import type { RunFolder } from "./folder.ts";
import { jsonLine, openLines } from "./line-file.ts";

/** What was read of the lake's own books when all was settled. */
export interface Gathered {
  readonly files: EvidenceFiles;
  /** The manifest list of each table's current snapshot. */
  readonly manifestLists: ReadonlyMap<string, string>;
  readonly droppedColumns: ReadonlyMap<string, readonly string[]>;
}

export interface GatherOptions {
  readonly clients: Clients;
  readonly pipeline: Pipeline;
  readonly folder: RunFolder;
}

/** Writes the tables' snapshots and the bucket's objects into the run folder. */
export async function gather({ clients, pipeline: { spec }, folder }: GatherOptions): Promise<Gathered> {
  const namespace = spec.names.database;
  const found = await Promise.all(
    capturedTables(spec).map(async (table) => ({ table, metadata: await clients.catalog.table({ namespace, table }) })),
  );
  const known = found.flatMap(({ table, metadata }) => (metadata === undefined ? [] : [{ table, metadata }]));
  const snapshots = write(folder, "snapshots", known.flatMap(snapshotLines));
  const stored = [];
  for await (const object of clients.objectStore.list(`${warehouseFolder}/${namespace}/`)) stored.push(object);
  const objects = write(folder, "objects", stored);
  const manifestLists = known.flatMap(({ table, metadata }): [string, string][] => {
    const list = ancestry(metadata)[0]?.manifestList;
    // Hadoop's catalogs spell the scheme s3a, which DuckDB does not know.
    return list === undefined ? [] : [[table, list.replace(/^s3[an]:/, "s3:")]];
  });
  return {
    files: { snapshots, objects },
    manifestLists: new Map(manifestLists),
    droppedColumns: new Map(known.map(({ table, metadata }) => [table, metadata.droppedColumns])),
  };
}

function snapshotLines({ table, metadata }: { table: string; metadata: TableMetadata }) {
  const current = new Set(ancestry(metadata).map(({ id }) => id));
  return metadata.snapshots.map(({ id, parentId, timestampMs, summary }) => ({
    table,
    tableUuid: metadata.uuid,
    snapshotId: id,
    parentId,
    timestampMs,
    operation: summary["operation"],
    summary,
    current: current.has(id),
  }));
}

function write(folder: RunFolder, relation: string, rows: readonly unknown[]): string {
  using lines = openLines(folder.file(`stages/${relation}.jsonl`));
  lines.write(rows.map(jsonLine));
  return lines.file;
}
