import { deadlineIn } from "#core/deadline.ts";
import { topicOf } from "#core/pipeline-spec.ts";
import { decodeRecord } from "#stages/debezium/record.ts";
import { type SnapshotType, signalsTopic, snapshotSignal } from "#stages/debezium/signals.ts";
import type { FaultContext } from "../context.ts";
import type { Fault } from "../fault.ts";
import { atOnce, type Moment, timed } from "../moments.ts";

export interface SnapshotBySignal {
  readonly tables: readonly string[];
  readonly type: SnapshotType;
  readonly when?: Moment;
}

/**
 * Asks the source for a snapshot of tables while it streams; the pipeline needs `signals`. The snapshot goes on from there, and
 * outlasts the act where it must. Announces `readAgain`: the tables' rows that were there from the initial snapshot to the
 * end. A blocking one sends each of them again; an incremental one leaves out those that are changed while their chunk is
 * read, as their change is newer.
 */
export function snapshotBySignal({ tables, type, when = atOnce }: SnapshotBySignal): Fault {
  const kind = type === "blocking" ? "a blocking" : "an incremental";
  return {
    label: timed(`ask for ${kind} snapshot of ${tables.join(", ")}`, when),
    when,
    needs: ["signals", "gtids"],
    // A blocking one begins with a lock on the whole server.
    ownPipeline: type === "incremental",
    inject: async (context) => {
      const { clients, pipeline } = context;
      const { spec } = pipeline;
      // What the initial snapshot tells of its end may lie behind it by seconds.
      await heard(context, { wanted: finished.blocking, since: 0 });
      const since = context.happenings.mark();
      await clients.kafka.produce({ topic: signalsTopic(spec), records: [snapshotSignal(spec, { tables, type })] });
      const ended = heard(context, { wanted: finished[type], since });
      return {
        outlasts: async () => void (await ended),
        heal: async () => undefined,
        proof: () => ended,
        announced: async () => ({ readAgain: await lastingRows(context, tables) }),
      };
    },
  };
}

/** A blocking snapshot is told of in the words of the initial one. */
const finished = {
  incremental: { snapshot: "incremental", says: "completed" },
  blocking: { snapshot: "initial", says: "completed" },
} as const;

interface Awaited {
  readonly wanted: (typeof finished)[SnapshotType];
  readonly since: number;
}

/** Waits for the source's word; undefined when it does not come, as from a source that fails. */
async function heard({ happenings }: FaultContext, { wanted, since }: Awaited): Promise<string | undefined> {
  const first = { nth: 1, since, signal: AbortSignal.timeout(deadlineIn(60_000).totalMs) };
  const failed = happenings.reached({ ...first, happening: { connector: "source", state: "FAILED" } });
  const came = await Promise.race([happenings.reached({ ...first, happening: wanted }), failed.then(() => false)]);
  return came ? `the source said: ${wanted.snapshot} snapshot ${wanted.says}` : undefined;
}

/** Keys that a snapshot has read, and that were neither inserted nor deleted. */
async function lastingRows({ clients, pipeline: { spec } }: FaultContext, tables: readonly string[]): Promise<number> {
  let rows = 0;
  for (const topic of tables.map((table) => topicOf(spec, table))) {
    const [read, changed] = [new Set<string>(), new Set<string>()];
    const to = await clients.kafka.endOffsets(topic);
    for await (const record of clients.kafka.read({ topic, from: new Map(), to })) {
      const change = decodeRecord(record);
      if (change?.op === "r") read.add(change.key);
      if (change?.op === "c" || change?.op === "d") changed.add(change.key);
    }
    rows += read.difference(changed).size;
  }
  return rows;
}
