import { deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import { usageError } from "#core/errors.ts";
import { capturedTables, topicOf } from "#core/pipeline-spec.ts";
import type { PartitionOffsets } from "#core/ports.ts";
import { awaitRunning, awaitStopped } from "#stages/connect/progress.ts";
import { offsetAt, sourcePosition } from "#stages/debezium/progress.ts";
import { type ChangeRecord, decodeRecord } from "#stages/debezium/record.ts";
import { awaitNoMembers } from "#stages/kafka/progress.ts";
import type { FaultContext } from "../context.ts";
import type { Fault, InjectedFault } from "../fault.ts";
import { type Moment, momentText } from "../moments.ts";

export interface RewindSource {
  readonly when: Moment;
  /** How many of the newest row changes in the topics are to be sent again; whole transactions, so it may be a few more. */
  readonly by: { readonly operations: number };
}

/**
 * Stops the source connector, moves its stored offset back by REST, and resumes it. Announces `rewound`: the records in
 * the topics that lie behind the new offset, counted while it stands still; and `offsetsMoved`: one.
 */
export function rewindSource({ when, by }: RewindSource): Fault {
  return {
    label: `rewind the source by ${by.operations} operations ${momentText(when)}`,
    when,
    ownPipeline: true,
    inject: async (context) => {
      const { connect } = context.clients;
      const name = context.pipeline.spec.names.sourceConnector;
      await streamed(context, by.operations);
      await stopped(context, "source");
      const target = targetOf(await changesInTopics(context), by.operations);
      const before = sourcePosition(await connect.source.offsets(name));
      if (before === undefined) throw tooFew(0, by.operations);
      // The file and its position stay: with GTIDs on, Debezium goes by the set alone.
      const after = { ...before, gtids: `${target.serverUuid}:1-${target.sequence}` };
      await connect.source.alterOffsets({
        name,
        offsets: [offsetAt({ spec: context.pipeline.spec, position: after })],
      });
      const announced = { rewound: target.again, offsetsMoved: 1 };
      return rewound({ context, end: "source", announced, proof: `${before.gtids} -> ${after.gtids}` });
    },
  };
}

export interface RewindSinkGroups {
  readonly when: Moment;
  /** `data`: the group that Connect keeps for the sink. `coordinator`: the one under which control events are read. */
  readonly groups: readonly ("data" | "coordinator")[];
}

/**
 * Stops the sink, moves its consumer groups back to the start, and resumes it. Announces `rewound`: the records below the data
 * group's old offsets; and `offsetsMoved`: the partitions of these groups that had one.
 */
export function rewindSinkGroups({ when, groups }: RewindSinkGroups): Fault {
  return {
    label: `rewind the sink's groups (${groups.join(", ")}) ${momentText(when)}`,
    when,
    ownPipeline: true,
    inject: async (context) => {
      const { kafka } = context.clients;
      const { names } = context.pipeline.spec;
      await somethingCommitted(context);
      await stopped(context, "sink");
      for (const group of [names.sinkGroup, names.coordinatorGroup])
        await awaitNoMembers({ kafka, group, deadline: deadlineIn(60_000) });
      const committed = await kafka.groupOffsets(names.sinkGroup);
      const heard = await kafka.groupOffsets(names.coordinatorGroup);
      const moved = [
        ...(groups.includes("data") ? committed.values() : []),
        ...(groups.includes("coordinator") ? heard.values() : []),
      ].flatMap((offsets) => [...offsets.values()]);
      const again = groups.includes("data") ? await recordsBelow(context, committed) : 0;
      if (groups.includes("data")) {
        for (const [topic, offsets] of committed)
          await kafka.setGroupOffsets({ group: names.sinkGroup, topic, offsets: zeroed(offsets) });
      }
      if (groups.includes("coordinator")) {
        await kafka.setGroupOffsets({
          group: names.coordinatorGroup,
          topic: names.controlTopic,
          offsets: new Map([[0, 0n]]),
        });
      }
      return rewound({
        context,
        end: "sink",
        announced: { rewound: again, offsetsMoved: moved.filter((offset) => offset > 0n).length },
        proof: `${groups.join(" and ")} at 0, ${again} records below the old offsets`,
      });
    },
  };
}

interface Rewound {
  readonly context: FaultContext;
  readonly end: "source" | "sink";
  readonly announced: Readonly<Record<"rewound" | "offsetsMoved", number>>;
  readonly proof: string;
}

/** The connector resumes at once: the blow is the moved offset, not the pause. */
function rewound({ context, end, announced, proof }: Rewound): InjectedFault {
  const { connect } = context.clients;
  const name = connectorOf(context, end);
  return {
    healAfterMs: 0,
    heal: async () => {
      await connect[end].resume(name);
      await awaitRunning({ connect: connect[end], connector: name, deadline: deadlineIn(60_000), logFiles: [] });
    },
    proof: async () => proof,
    announced: async () => announced,
  };
}

function connectorOf({ pipeline }: FaultContext, end: "source" | "sink"): string {
  return end === "source" ? pipeline.spec.names.sourceConnector : pipeline.spec.names.sinkConnector;
}

async function stopped(context: FaultContext, end: "source" | "sink"): Promise<void> {
  const connect = context.clients.connect[end];
  const connector = connectorOf(context, end);
  await connect.stop(connector);
  await awaitStopped({ connect, connector, deadline: deadlineIn(60_000), logFiles: [] });
}

/** Acknowledged is not sent: the connector may be behind. When it never gets so far, what is there is told. */
async function streamed(context: FaultContext, operations: number): Promise<void> {
  const within = poll({
    what: `${operations} streamed changes in the topics`,
    deadline: deadlineIn(30_000),
    everyMs: 500,
    look: async () => {
      const changes = (await changesInTopics(context)).filter(({ gtid }) => gtid !== null);
      return changes.length >= operations ? seen(undefined) : notYet(`${changes.length} changes`);
    },
  });
  await within.catch(() => undefined);
}

interface Target {
  readonly serverUuid: string;
  /** The last transaction that is not sent again. */
  readonly sequence: number;
  /** Records that come again. */
  readonly again: number;
}

function targetOf(changes: readonly ChangeRecord[], operations: number): Target {
  const gtids = changes.map(({ gtid }) => /^(.+):(\d+)$/.exec(gtid ?? "")).filter((match) => match !== null);
  const sequences = gtids.map(([, , sequence]) => Number(sequence)).toSorted((left, right) => left - right);
  const first = sequences[sequences.length - operations];
  const serverUuid = gtids[0]?.[1];
  if (first === undefined || serverUuid === undefined) throw tooFew(changes.length, operations);
  return { serverUuid, sequence: first - 1, again: sequences.filter((sequence) => sequence >= first).length };
}

function tooFew(changes: number, operations: number): Error {
  return usageError({
    code: "REWIND_TOO_FAR",
    what: `the source cannot be rewound by ${operations} operations`,
    expected: "as many streamed changes with GTIDs in the topics by then",
    got: String(changes),
    remedy: "rewind by fewer operations, or strike later; where GTID is off, this fault cannot be used",
  });
}

/** The streamed changes in the data topics; snapshot rows have no GTID and are left out. */
export async function changesInTopics({ clients, pipeline: { spec } }: FaultContext): Promise<ChangeRecord[]> {
  const changes: ChangeRecord[] = [];
  for (const topic of capturedTables(spec).map((table) => topicOf(spec, table))) {
    const to = await clients.kafka.endOffsets(topic);
    for await (const record of clients.kafka.read({ topic, from: new Map(), to })) {
      const change = decodeRecord(record);
      if (change !== undefined && change.op !== "r") changes.push(change);
    }
  }
  return changes;
}

/** A group that never committed has nothing to go back from. */
async function somethingCommitted({ clients, pipeline }: FaultContext): Promise<void> {
  const { names } = pipeline.spec;
  await poll({
    what: `the sink's group ${names.sinkGroup} to commit its first offsets`,
    deadline: deadlineIn(60_000),
    look: async () =>
      (await clients.kafka.groupOffsets(names.sinkGroup)).size > 0 ? seen(undefined) : notYet("no offsets"),
  });
}

/** Records that a sink stores, below these offsets: no tombstones, no transaction markers. */
async function recordsBelow(
  { clients }: FaultContext,
  committed: ReadonlyMap<string, PartitionOffsets>,
): Promise<number> {
  let records = 0;
  for (const [topic, to] of committed) {
    for await (const record of clients.kafka.read({ topic, from: new Map(), to })) if (record.value !== null) records++;
  }
  return records;
}

function zeroed(offsets: PartitionOffsets): PartitionOffsets {
  return new Map([...offsets.keys()].map((partition) => [partition, 0n]));
}
