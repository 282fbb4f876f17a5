import type { Step } from "./check.ts";
import { text } from "./sql.ts";

/**
 * Reads the files that the tables' current snapshots name into `files`, from the manifests themselves: Avro files, read
 * without DuckDB's iceberg reader, which is what makes them a second opinion on it.
 */
export function* readTableFiles(manifestLists: ReadonlyMap<string, string>): Step<void> {
  if (manifestLists.size === 0) return;
  const lists = [...manifestLists].map(([table, path]) => ({ table, path: readable(path) }));
  const named = yield `SELECT "table", manifest_path AS path, added_snapshot_id AS snapshot
    FROM ${avro(lists)} JOIN (VALUES ${lists.map(({ table, path }) => `(${text(table)}, ${text(path)})`).join(", ")})
      AS lists("table", path) ON lists.path = filename`;
  if (named.length === 0) return;
  const manifests = named.map(({ table, path, snapshot }) => ({ table, snapshot, path: readable(path ?? "") }));
  const rows = manifests.map(
    ({ table, path, snapshot }) => `(${text(table ?? "")}, ${text(path)}, ${snapshot ?? "NULL"}::BIGINT)`,
  );
  yield `INSERT INTO files
    SELECT "table", data_file.file_path,
      CASE coalesce(data_file.content, 0) WHEN 0 THEN 'data' WHEN 1 THEN 'position-deletes' ELSE 'equality-deletes' END,
      data_file.record_count, data_file.file_size_in_bytes, coalesce(snapshot_id, manifests.snapshot), status <> 2
    FROM ${avro(manifests)} JOIN (VALUES ${rows.join(", ")})
      AS manifests("table", path, snapshot) ON manifests.path = filename`;
}

/** A file that is named twice would be read twice. */
function avro(files: readonly { readonly path: string }[]): string {
  return `read_avro(${list([...new Set(files.map(({ path }) => path))])}, filename = true)`;
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
  return `[${paths.map((path) => text(readable(path))).join(", ")}]`;
}

/** Hadoop's catalogs spell the scheme s3a, which DuckDB does not know. */
function readable(path: string): string {
  return path.replace(/^s3[an]:/, "s3:");
}
