import { expect, test } from "vitest";
import type { FaultContext } from "#run/context.ts";
import { snapshotBySignal } from "#run/faults/debezium.ts";
import type { Seen } from "#run/happening.ts";
import { makeHappenings } from "#run/happenings.ts";
import type { SnapshotNote } from "#stages/debezium/signals.ts";

const said = (snapshot: SnapshotNote["snapshot"], says: SnapshotNote["says"]): Seen => ({
  kind: "snapshot",
  note: { snapshot, says, table: undefined },
});
const failed: Seen = { kind: "connector", end: "source", states: ["RUNNING", "FAILED"] };

/** What proves the fault when this is seen after the signal; the initial snapshot is over. */
async function proofAfter(...after: readonly Seen[]): Promise<string | undefined> {
  const happenings = makeHappenings();
  const context = {
    happenings,
    clients: { kafka: { produce: async () => after.forEach((seen) => happenings.note(seen)) } },
    pipeline: { spec: { names: { topicPrefix: "r1", database: "shop" } } },
  } as unknown as FaultContext;
  happenings.note(said("initial", "completed"));
  const injected = await snapshotBySignal({ tables: ["people"], type: "incremental" }).inject(context);
  return injected.proof();
}

test("a snapshot by signal is proved by the source's word of its end", async () => {
  expect(await proofAfter(said("incremental", "in-progress"), said("incremental", "completed"))).toBe(
    "the source said: incremental snapshot completed",
  );
});

test("one that the source fails at is not proved, whatever it has said", async () => {
  expect(await proofAfter(said("incremental", "in-progress"), said("initial", "completed"), failed)).toBeUndefined();
});
