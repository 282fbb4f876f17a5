import type { SqlRow } from "#core/ports.ts";
import type { DataFile, LakeTable, Snapshot } from "./data.ts";
import { type Evidence, number } from "./evidence.ts";

/** How many of a table's snapshots and files stand in the page: the newest ones. */
const kept = { snapshots: 120, files: 60 } as const;

/** The tables' snapshots and files. */
export async function lakeTablesOf(evidence: Evidence): Promise<LakeTable[]> {
  const [snapshots, files, totals] = [
    await evidence.ask("snapshots", snapshotStatement),
    await evidence.ask("data files", fileStatement),
    await evidence.ask("data files", totalStatement),
  ];
  const counts = await evidence.ask("snapshots", `SELECT "table", count(*) AS n FROM snapshots GROUP BY 1`);
  const names = [...new Set([...counts, ...totals].map((row) => row["table"] ?? ""))].toSorted();
  return names.map((table) => {
    const mine = (row: SqlRow) => row["table"] === table;
    const total = totals.find(mine);
    return {
      table,
      snapshots: snapshots.filter(mine).map((row) => snapshotOf(row, evidence.beganWallMs)),
      snapshotCount: number(counts.find(mine), "n"),
      files: files.filter(mine).map(fileOf),
      fileCount: number(total, "n"),
      liveFiles: number(total, "live"),
      liveRecords: number(total, "records"),
      liveBytes: number(total, "bytes"),
    };
  });
}

function snapshotOf(row: SqlRow, beganWallMs: number): Snapshot {
  return {
    id: row["snapshotId"] ?? "",
    atMs: number(row, "timestampMs") - beganWallMs,
    operation: row["operation"] ?? "",
    addedRecords: number(row, "records"),
    addedFiles: number(row, "files"),
    current: row["current"] === "true",
    notes: row["notes"] ?? "",
  };
}

function fileOf(row: SqlRow): DataFile {
  return {
    path: row["path"] ?? "",
    content: row["content"] ?? "",
    records: number(row, "records"),
    bytes: number(row, "bytes"),
    snapshot: row["addedSnapshotId"] ?? "",
    live: row["live"] === "true",
  };
}

const ofSummary = (name: string) => `json_extract_string(summary, '$."${name}"')`;

const snapshotStatement = `SELECT "table", "snapshotId", "timestampMs", operation, current,
    ${ofSummary("added-records")} AS records, ${ofSummary("added-data-files")} AS files,
    array_to_string(list_filter(list_transform(json_keys(summary), lambda name: CASE WHEN name LIKE 'kafka.connect.%'
      THEN name || ' ' || json_extract_string(summary, '$."' || name || '"') END), lambda note: note IS NOT NULL), chr(10)) AS notes
  FROM snapshots
  QUALIFY row_number() OVER (PARTITION BY "table" ORDER BY "timestampMs" DESC, "snapshotId" DESC) <= ${kept.snapshots}
  ORDER BY "table", "timestampMs", "snapshotId"`;

const fileStatement = `SELECT files."table", path, content, records, bytes, files."addedSnapshotId" AS "addedSnapshotId", live FROM files
    LEFT JOIN snapshots ON snapshots."table" = files."table" AND snapshots."snapshotId" = files."addedSnapshotId"
  QUALIFY row_number() OVER (PARTITION BY files."table" ORDER BY snapshots."timestampMs" DESC NULLS FIRST, path) <= ${kept.files}
  ORDER BY files."table", snapshots."timestampMs" DESC NULLS FIRST, path`;

const totalStatement = `SELECT "table", count(*) AS n, count(*) FILTER (live) AS live,
    coalesce(sum(records) FILTER (live AND content = 'data'), 0) AS records, coalesce(sum(bytes) FILTER (live), 0) AS bytes
  FROM files GROUP BY 1`;
