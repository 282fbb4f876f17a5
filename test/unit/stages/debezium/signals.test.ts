import { expect, test } from "vitest";
import { snapshotNote } from "#stages/debezium/signals.ts";

/** As Debezium 3.6.1 writes it, without what is not read. */
function notification(about: string, type: string, more?: Readonly<Record<string, string>>): Buffer {
  return Buffer.from(JSON.stringify({ payload: { aggregate_type: about, type, additional_data: more } }));
}

test("a notification tells which step of which snapshot it is, and of which table", () => {
  const chunk = notification("Incremental Snapshot", "IN_PROGRESS", {
    data_collections: "shop.people, shop.orders",
    current_collection_in_progress: "shop.people",
    last_processed_key: "1024",
  });
  expect(snapshotNote(chunk)).toEqual({ snapshot: "incremental", says: "in-progress", table: "shop.people" });
  const read = notification("Initial Snapshot", "TABLE_SCAN_COMPLETED", { scanned_collection: "shop.orders" });
  expect(snapshotNote(read)).toEqual({ snapshot: "initial", says: "table-scan-completed", table: "shop.orders" });
  expect(snapshotNote(notification("Initial Snapshot", "COMPLETED"))).toEqual({
    snapshot: "initial",
    says: "completed",
    table: undefined,
  });
});

test("what is no step of a snapshot is none", () => {
  expect(snapshotNote(notification("Incremental Snapshot", "PAUSED"))).toBeUndefined();
  expect(snapshotNote(notification("Connector", "STARTED"))).toBeUndefined();
});
