import type { CatalogClient } from "./client.ts";
import { parseJson64, parseMetadata } from "./metadata.ts";

/** What a Hadoop catalog needs of the object store, whose folders are the catalog. */
export interface ObjectReader {
  /** Undefined where there is no such object. `key` has no bucket and no leading slash. */
  readText(key: string): Promise<string | undefined>;
  /** The names one level below a folder, without slashes. */
  folders(prefix: string): Promise<readonly string[]>;
}

/** A reader of a Hadoop catalog: `<warehouse>/<namespace>/<table>/metadata/v<N>.metadata.json`. */
export function hadoopCatalog({ objects, prefix }: { objects: ObjectReader; prefix: string }): CatalogClient {
  return {
    // A folder comes with the first file in it.
    createNamespace: async () => undefined,
    tables: (namespace) => objects.folders(`${prefix}/${namespace}/`),
    table: async ({ namespace, table }) => {
      const text = await newestMetadata(objects, `${prefix}/${namespace}/${table}/metadata`);
      return text === undefined ? undefined : parseMetadata(`${namespace}.${table}`, parseJson64(text));
    },
  };
}

// The hint is written after the version that it names, and may be behind: the next version is looked for until none is.
async function newestMetadata(objects: ObjectReader, folder: string): Promise<string | undefined> {
  const hint = Number((await objects.readText(`${folder}/version-hint.text`))?.trim() ?? "1");
  let newest: string | undefined;
  for (let version = hint; ; version++) {
    const text = await objects.readText(`${folder}/v${version}.metadata.json`);
    if (text === undefined) return newest;
    newest = text;
  }
}
