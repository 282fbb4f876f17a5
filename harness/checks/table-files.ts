import type { Step } from "./check.ts";
import { text } from "./sql.ts";

export interface TableFiles {
  readonly table: string;
  /** The manifest list of the current snapshot: `s3://…/snap-….avro`. */
  readonly manifestList: string;
}

/**
 * Reads the files that a table's current snapshot names into `files`, from the manifests themselves: Avro files, read
 * without DuckDB's iceberg reader, which is what makes them a second opinion on it.
 */
export function* readTableFiles({ table, manifestList }: TableFiles): Step<void> {
  const manifests =
    yield `SELECT manifest_path AS path, added_snapshot_id AS snapshot FROM read_avro(${text(manifestList)})`;
  for (const { path, snapshot } of manifests) {
    yield `INSERT INTO files
      SELECT ${text(table)}, data_file.file_path,
        CASE data_file.content WHEN 0 THEN 'data' WHEN 1 THEN 'position-deletes' ELSE 'equality-deletes' END,
        data_file.record_count, data_file.file_size_in_bytes, coalesce(snapshot_id, ${snapshot ?? "NULL"}), status <> 2
      FROM read_avro(${text(path ?? "")})`;
  }
}

/** An object's key, as the bucket's listing spells it, of a path as tables spell it: `s3://bucket/key`, `s3a://…`. */
export function keyOfPath(path: string): string {
  return `regexp_replace(${path}, '^s3[an]?://[^/]+/', '')`;
}

/**
 * The rows of a table's live data files without those that its position deletes take away, as a relation with `filename`.
 * Files that the bucket does not have are left out: they are told elsewhere. Undefined where no file is left, or where
 * equality deletes would have to be applied.
 */
export function* liveRows(table: string): Step<string | undefined> {
  const found = yield `SELECT path, content FROM files
    WHERE "table" = ${text(table)} AND live AND ${keyOfPath("path")} IN (SELECT key FROM objects)`;
  const paths = (content: string) =>
    found.filter((file) => file["content"] === content).map((file) => file["path"] ?? "");
  const [data, deletes] = [paths("data"), paths("position-deletes")];
  if (data.length === 0 || paths("equality-deletes").length > 0) return undefined;
  const rows = `read_parquet(${list(data)}, union_by_name = true, filename = true, file_row_number = true)`;
  const deleted =
    deletes.length === 0
      ? ""
      : ` ANTI JOIN (SELECT file_path, pos FROM read_parquet(${list(deletes)})) AS deletes
          ON ${keyOfPath("live.filename")} = ${keyOfPath("deletes.file_path")} AND live.file_row_number = deletes.pos`;
  return `(SELECT * EXCLUDE (file_row_number) FROM ${rows} AS live${deleted})`;
}

function list(paths: readonly string[]): string {
  // Hadoop's catalogs spell the scheme s3a, which DuckDB does not know.
  return `[${paths.map((path) => text(path.replace(/^s3[an]:/, "s3:"))).join(", ")}]`;
}
