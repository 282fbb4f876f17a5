import type { EvidenceFiles } from "#checks/evidence.ts";
import { FloeError } from "#core/errors.ts";
import { capturedTables } from "#core/pipeline-spec.ts";
import { mysqlLogin, openMysql } from "#pipeline";
import { ancestry, type TableMetadata } from "#stages/iceberg/metadata.ts";
import { binlogPosition, readBinlog } from "#stages/mysql/binlog.ts";
import { serverUuid } from "#stages/mysql/progress.ts";
import { warehouseFolder } from "../stack.ts";
import type { FaultContext } from "./context.ts";
import type { RunFolder } from "./folder.ts";
import { jsonLine, openLines } from "./line-file.ts";

/** What was read of the lake's own books when all was settled. */
export interface Gathered {
  readonly files: EvidenceFiles;
  /** The captured tables that the catalog knows. */
  readonly tables: ReadonlySet<string>;
  /** The manifest list of each table's current snapshot. */
  readonly manifestLists: ReadonlyMap<string, string>;
  readonly droppedColumns: ReadonlyMap<string, readonly string[]>;
}

export interface GatherOptions {
  readonly context: FaultContext;
  readonly folder: RunFolder;
}

/** Writes the binlog's changes, the tables' snapshots and the bucket's objects into the run folder. */
export async function gather({ context, folder }: GatherOptions): Promise<Gathered> {
  const { clients, pipeline } = context;
  const { spec } = pipeline;
  const { namespace } = spec.names;
  const binlog = gatherBinlog(context, folder);
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
    return list === undefined ? [] : [[table, list]];
  });
  return {
    files: { snapshots, objects, ...(await binlog) },
    tables: new Set(known.map(({ table }) => table)),
    manifestLists: new Map(manifestLists),
    droppedColumns: new Map(known.map(({ table, metadata }) => [table, metadata.droppedColumns])),
  };
}

/** What MySQL itself wrote down of the workload. A binlog that cannot be read is told: the writers' word stands then. */
async function gatherBinlog(context: FaultContext, folder: RunFolder): Promise<EvidenceFiles> {
  const { stack, pipeline, seededAt, history } = context;
  using lines = openLines(folder.file("stages/binlog.jsonl"));
  try {
    await using mysql = await openMysql(stack);
    const to = await binlogPosition(mysql);
    const from = seededAt.get(await serverUuid(mysql));
    if (from === undefined) return untold(history, "it was reset in the run");
    const { database } = pipeline.spec.names;
    const entries: string[] = [];
    for await (const entry of readBinlog({ login: mysqlLogin(stack), from, to, database })) {
      entries.push(jsonLine(entry));
      if (entries.length >= 1_000) lines.write(entries.splice(0));
    }
    lines.write(entries);
    return { binlog: lines.file };
  } catch (error) {
    if (!(error instanceof FloeError)) throw error;
    return untold(history, error.message);
  }
}

function untold(history: FaultContext["history"], why: string): EvidenceFiles {
  history.append({ type: "note", text: `the binlog was not read: ${why}` });
  return {};
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
