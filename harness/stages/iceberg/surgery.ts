import { z } from "zod";
import { type Address, hostPort } from "#core/addresses.ts";
import { environmentError } from "#core/errors.ts";
import { parseJson64 } from "./metadata.ts";

// What somebody else may do to a table behind the sink's back. Each is one commit, sent once; ids keep their 64 bits, which
// the catalog's driver would round.

export interface TableOf {
  readonly catalog: Address;
  readonly namespace: string;
  readonly table: string;
}

/** Lets an older snapshot be the current one. Nothing is deleted. */
export async function rollBack(of: TableOf, snapshotId: bigint): Promise<void> {
  const reference = { "ref-name": "main", type: "branch", "snapshot-id": id64(snapshotId) };
  await commit(of, [{ action: "set-snapshot-ref", ...reference }]);
}

/** Forgets snapshots, as an expiration does that leaves the files to a later clean-up. */
export async function expireSnapshots(of: TableOf, ids: readonly bigint[]): Promise<void> {
  await commit(of, [{ action: "remove-snapshots", "snapshot-ids": ids.map(id64) }]);
}

/** Takes a column out of the current schema. */
export async function dropColumn(of: TableOf, column: string): Promise<void> {
  const { metadata } = await ask(of, "GET");
  const current = metadata.schemas.find((schema) => schema["schema-id"] === metadata["current-schema-id"]);
  if (current === undefined) throw refused(of, "it tells no current schema");
  const fields = current.fields.filter(({ name }) => name !== column);
  await commit(of, [
    { action: "add-schema", schema: { ...current, fields, "schema-id": metadata["last-column-id"] } },
    // The one that was just added.
    { action: "set-current-schema", "schema-id": -1 },
  ]);
}

/** Changes a property: the lightest commit there is, and one that every commit under way has to be made anew for. */
export async function setProperty(of: TableOf, name: string, value: string): Promise<void> {
  await commit(of, [{ action: "set-properties", updates: { [name]: value } }]);
}

export async function dropTable(of: TableOf): Promise<void> {
  await ask(of, "DELETE");
}

async function commit(of: TableOf, updates: readonly object[]): Promise<void> {
  await ask(of, "POST", JSON.stringify({ requirements: [], updates }).replaceAll(/"id64:(-?\d+)"/g, "$1"));
}

/** A number of 64 bits, which JSON.stringify cannot write. */
function id64(id: bigint): string {
  return `id64:${id}`;
}

const answerSchema = z.object({
  metadata: z.object({
    "current-schema-id": z.number(),
    "last-column-id": z.number(),
    schemas: z.array(z.looseObject({ "schema-id": z.number(), fields: z.array(z.looseObject({ name: z.string() })) })),
  }),
});

async function ask(
  of: TableOf,
  method: "GET" | "POST" | "DELETE",
  body?: string,
): Promise<z.infer<typeof answerSchema>> {
  const url = `http://${hostPort(of.catalog)}/v1/namespaces/${of.namespace}/tables/${of.table}`;
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(20_000),
    ...(body === undefined ? {} : { body, headers: { "content-type": "application/json" } }),
  });
  const text = await response.text();
  if (!response.ok) throw refused(of, `${response.status} ${text.slice(0, 300)}`);
  return method === "DELETE" ? nothing : answerSchema.parse(parseJson64(text));
}

const nothing = { metadata: { "current-schema-id": 0, "last-column-id": 0, schemas: [] } };

function refused({ namespace, table }: TableOf, got: string): Error {
  return environmentError({
    code: "CATALOG_FAILED",
    what: `the Iceberg catalog did not change ${namespace}.${table}`,
    got,
    remedy: "look at logs/catalog.log in the run folder",
  });
}
