import { expect } from "vitest";
import { type Address, hostPort } from "#core/addresses.ts";

export interface Committed {
  readonly catalog: Address;
  readonly namespace: string;
  readonly table: string;
  /** What the snapshot's summary says besides. */
  readonly read: Readonly<Record<string, string>>;
}

/** Makes a table with one empty snapshot, as a sink would leave it behind. */
export async function commitFrom({ catalog, namespace, table, read }: Committed): Promise<void> {
  const post = async (path: string, body: unknown) => {
    const headers = { "content-type": "application/json" };
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    const response = await fetch(`http://${hostPort(catalog)}/v1/${path}`, init);
    const text = await response.text();
    expect(response.status, text).toBe(200);
  };
  await post("namespaces", { namespace: [namespace] });
  const id = { id: 1, name: "id", required: false, type: "int" };
  const schema = { type: "struct", "schema-id": 0, fields: [id] };
  await post(`namespaces/${namespace}/tables`, { name: table, schema });
  const snapshot = {
    "snapshot-id": 1,
    "sequence-number": 1,
    "timestamp-ms": Date.now(),
    "manifest-list": "s3://lake/warehouse/none.avro",
    summary: { operation: "append", ...read },
    "schema-id": 0,
  };
  const main = { action: "set-snapshot-ref", "ref-name": "main", type: "branch", "snapshot-id": 1 };
  const updates = [{ action: "add-snapshot", snapshot }, main];
  await post(`namespaces/${namespace}/tables/${table}`, { requirements: [], updates });
}
