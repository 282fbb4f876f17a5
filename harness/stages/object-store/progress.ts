import type { ObjectStoreClient } from "./client.ts";

/** What lies under a prefix of the object store. */
export interface StoredTotals {
  readonly objects: number;
  readonly bytes: number;
  /** Parquet files, whether a snapshot names them or not. */
  readonly dataFiles: number;
}

export async function storedTotals(client: ObjectStoreClient, prefix: string): Promise<StoredTotals> {
  let [objects, bytes, dataFiles] = [0, 0, 0];
  for await (const object of client.list(prefix)) {
    objects++;
    bytes += object.bytes;
    if (object.key.endsWith(".parquet")) dataFiles++;
  }
  return { objects, bytes, dataFiles };
}
