import { IcebergError, IcebergRestCatalog } from "iceberg-js";
import { type Address, hostPort } from "#core/addresses.ts";
import { environmentError, messageOf } from "#core/errors.ts";
import { parseJson64, parseMetadata, type TableMetadata } from "./metadata.ts";

/** What the harness asks of a catalog, whatever its type. */
export interface CatalogClient {
  tables(namespace: string): Promise<readonly string[]>;
  /** Makes a namespace that is new. */
  createNamespace(namespace: string): Promise<void>;
  /** Undefined while there is no such table. */
  table(id: { namespace: string; table: string }): Promise<TableMetadata | undefined>;
}

/** A REST catalog, which also lists its namespaces. */
export interface RestCatalogClient extends CatalogClient {
  namespaces(): Promise<readonly string[]>;
}

export function restCatalog(address: Address): RestCatalogClient {
  const catalog = new IcebergRestCatalog({ baseUrl: `http://${hostPort(address)}`, fetch: fetch64 });
  return {
    namespaces: async () => {
      const found = await asked("list its namespaces", () => catalog.listNamespaces());
      return (found?.namespaces ?? []).map(({ namespace }) => namespace.join("."));
    },
    createNamespace: async (namespace) => {
      await asked(`make the namespace ${namespace}`, () => catalog.createNamespace({ namespace: [namespace] }));
    },
    tables: async (namespace) => {
      const found = await asked(`list the tables of ${namespace}`, () =>
        catalog.listTables({ namespace: [namespace] }),
      );
      return (found?.identifiers ?? []).map(({ name }) => name);
    },
    table: async ({ namespace, table }) => {
      const metadata = await asked(`load ${namespace}.${table}`, () =>
        catalog.loadTable({ namespace: [namespace], name: table }),
      );
      return metadata === undefined ? undefined : parseMetadata(`${namespace}.${table}`, metadata);
    },
  };
}

// The driver parses with JSON.parse, which rounds snapshot ids: they go through it as text.
const fetch64: typeof fetch = async (input, init) => {
  const response = await fetch(input, { signal: AbortSignal.timeout(20_000), ...init });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("application/json") === true && text !== "";
  return new Response(isJson ? JSON.stringify(parseJson64(text)) : text || null, response);
};

/** Undefined for what is not there. */
async function asked<T>(what: string, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof IcebergError && error.isNotFound()) return undefined;
    throw environmentError({
      code: "CATALOG_FAILED",
      what: `the Iceberg catalog did not ${what}`,
      got: messageOf(error),
      remedy: "look at logs/catalog.log in the run folder",
      cause: error,
    });
  }
}
