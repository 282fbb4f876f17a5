import { deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import { capturedTables, topicOf } from "#core/pipeline-spec.ts";
import type { PartitionOffsets } from "#core/ports.ts";
import type { FaultContext } from "../context.ts";
import type { Fault } from "../fault.ts";
import { type Moment, momentText } from "../moments.ts";
import { unhealed } from "./parts.ts";

/** A topic of the pipeline: the sink's control topic, or a table's. */
export type TopicName = "control" | { readonly table: string };

export interface OnTopic {
  readonly when: Moment;
  readonly topic: TopicName;
}

export interface EmptyTopic extends OnTopic {
  /** Waits until the sink's group that reads the topic has stored an offset past all of it. */
  readonly onceRead?: true;
}

/** Deletes all that a topic holds, as a retention that has run out does. */
export function emptyTopic({ when, topic, onceRead }: EmptyTopic): Fault {
  return {
    label: `empty ${nameText(topic)} ${momentText(when)}`,
    when,
    ownPipeline: true,
    inject: async (context) => {
      const { kafka } = context.clients;
      const name = topicName(context, topic);
      const below = await kafka.endOffsets(name);
      if (onceRead === true) await readBySink(context, { topic, below });
      await kafka.cutRecords({ topic: name, below });
      return unhealed(`${name} begins at ${offsetsText(below)}`);
    },
  };
}

/** Waits until the sink's group has stored offsets as high; it may go back again at once, where two members store theirs. */
async function readBySink(context: FaultContext, { topic, below }: { topic: TopicName; below: PartitionOffsets }) {
  const { names } = context.pipeline.spec;
  const [name, group] = [topicName(context, topic), topic === "control" ? names.coordinatorGroup : names.sinkGroup];
  await poll({
    what: `group ${group} to read ${name} to ${offsetsText(below)}`,
    deadline: deadlineIn(30_000),
    look: async () => {
      const stored = (await context.clients.kafka.groupOffsets(group)).get(name) ?? new Map<number, bigint>();
      const read = [...below].every(([partition, end]) => (stored.get(partition) ?? 0n) >= end);
      return read ? seen(undefined) : notYet(offsetsText(stored));
    },
  });
}

/**
 * Lets the retention of a topic run out, and sets it back: the broker itself deletes what the topic holds. Announces
 * `expired`: the records, without tombstones, that the sink's group had not taken.
 */
export function expireTopic({ when, topic }: OnTopic): Fault {
  return {
    label: `let the retention of ${nameText(topic)} run out ${momentText(when)}`,
    when,
    ownPipeline: true,
    inject: async (context) => {
      const { kafka } = context.clients;
      const name = topicName(context, topic);
      const before = await kafka.beginOffsets(name);
      const full = await kafka.endOffsets(name);
      const waiting = await readWaiting(context, name);
      const settings = await kafka.topicSettings(name);
      const old = Object.fromEntries(Object.keys(shortRetention).map((key) => [key, settings.get(key) ?? ""]));
      await kafka.configureTopic({ topic: name, settings: shortRetention });
      const begins = await poll({
        what: `the broker to delete what ${name} holds`,
        deadline: deadlineIn(30_000),
        look: async () => {
          await waiting.readOn();
          const now = await kafka.beginOffsets(name);
          const gone = [...full].every(([partition, end]) => (now.get(partition) ?? 0n) >= end);
          return gone ? seen(now) : notYet(offsetsText(now));
        },
        remedy:
          "brokers look every log.retention.check.interval.ms: a second in the profile `fast`, five minutes by default",
      });
      await kafka.configureTopic({ topic: name, settings: old });
      const expired = waiting.below(begins);
      return unhealed(`${name} began at ${offsetsText(before)} and begins at ${offsetsText(begins)}`, { expired });
    },
  };
}

/** The records, without tombstones, that the sink's group has not taken: those that are there, and those that still come. */
async function readWaiting({ clients: { kafka }, pipeline: { spec } }: FaultContext, topic: string) {
  const found: { partition: number; offset: bigint }[] = [];
  let from = (await kafka.groupOffsets(spec.names.sinkGroup)).get(topic) ?? (await kafka.beginOffsets(topic));
  return {
    readOn: async () => {
      const to = await kafka.endOffsets(topic);
      for await (const { partition, offset, value } of kafka.read({ topic, from, to }))
        if (value !== null) found.push({ partition, offset });
      from = to;
    },
    below: (offsets: PartitionOffsets) =>
      found.filter(({ partition, offset }) => offset < (offsets.get(partition) ?? 0n)).length,
  };
}

/** Short segments, as none is deleted that still grows; and long enough for the harness to write down what comes meanwhile. */
const shortRetention = { "retention.ms": "2000", "segment.ms": "200" };

function offsetsText(offsets: PartitionOffsets): string {
  return [...offsets].map(([partition, offset]) => `${partition}: ${offset}`).join(", ");
}

/** Deletes a topic. Whoever writes to it may make it again, where the broker lets topics be made so. */
export function deleteTopic({ when, topic }: OnTopic): Fault {
  return {
    label: `delete ${nameText(topic)} ${momentText(when)}`,
    when,
    ownPipeline: true,
    inject: async (context) => {
      const name = topicName(context, topic);
      await context.clients.kafka.deleteTopics([name]);
      return unhealed(`${name} deleted`);
    },
  };
}

/** Gives a topic more partitions: rows of one key go to another partition from then on, and order is kept in each alone. */
export function addPartitions({ when, topic, count }: OnTopic & { readonly count: number }): Fault {
  return {
    label: `give ${nameText(topic)} ${count} partitions ${momentText(when)}`,
    when,
    inject: async (context) => {
      const { kafka } = context.clients;
      const name = topicName(context, topic);
      const partitions = async () => (await kafka.endOffsets(name)).size;
      const before = await partitions();
      if (before < count) await kafka.addPartitions({ topic: name, count });
      const after = await partitions();
      return unhealed(after > before ? `${name} had ${before} partitions and has ${after}` : undefined);
    },
  };
}

export interface ConfigureTopic extends OnTopic {
  /** By Kafka's names: `retention.ms`, `max.message.bytes`, `min.insync.replicas`. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Changes settings of a topic until the act is over. The mark: the broker's own word on what they are now. */
export function configureTopic({ when, topic, settings }: ConfigureTopic): Fault {
  const told = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  return {
    label: `set ${told.join(", ")} on ${nameText(topic)} ${momentText(when)}`,
    when,
    inject: async (context) => {
      const { kafka } = context.clients;
      const name = topicName(context, topic);
      const before = await kafka.topicSettings(name);
      await kafka.configureTopic({ topic: name, settings });
      const now = await kafka.topicSettings(name);
      const changed = Object.keys(settings).filter((key) => now.get(key) !== before.get(key));
      const old = Object.fromEntries(changed.map((key) => [key, before.get(key) ?? ""]));
      return {
        heal: async () => {
          if (changed.length > 0) await kafka.configureTopic({ topic: name, settings: old });
        },
        proof: async () =>
          changed.map((key) => `${key} of ${name}: ${before.get(key)} -> ${now.get(key)}`).join(", ") || undefined,
      };
    },
  };
}

export interface JoinGroup {
  readonly when: Moment;
  /** `data`: the group that Connect keeps for the sink. `coordinator`: the one under which control events are read. */
  readonly group: "data" | "coordinator";
  readonly forMs?: number;
}

/** A member that nobody asked for joins a group of the sink: its partitions are given out anew, now and when it leaves. */
export function strangerInGroup({ when, group, forMs }: JoinGroup): Fault {
  return {
    label: `a stranger in the sink's ${group} group ${momentText(when)}`,
    when,
    ownPipeline: true,
    inject: async (context) => {
      const { clients, pipeline } = context;
      const { names } = pipeline.spec;
      const [name, topic] =
        group === "coordinator"
          ? [names.coordinatorGroup, names.controlTopic]
          : [names.sinkGroup, topicOf(pipeline.spec, capturedTables(pipeline.spec)[0] ?? "")];
      const before = (await clients.kafka.describeGroup(name)).members.length;
      // Not awaited: it ends when the others have joined anew, and a hold may keep them from it.
      const joining = clients.kafka.joinGroup({ group: name, topic });
      const saw = await noticed({ context, name, before });
      return {
        ...(forMs === undefined ? {} : { healAfterMs: forMs }),
        heal: async () => (await joining)[Symbol.asyncDispose](),
        proof: async () => saw,
      };
    },
  };
}

/** Waits until the group has to be given out anew, or has been. */
function noticed({ context, name, before }: { context: FaultContext; name: string; before: number }): Promise<string> {
  return poll({
    what: `group ${name} to notice the stranger`,
    deadline: deadlineIn(20_000),
    look: async () => {
      const { state, members } = await context.clients.kafka.describeGroup(name);
      const changed = state !== "Stable" || members.length > before;
      return changed ? seen(`${name} had ${before} members, then ${members.length}, and was ${state}`) : notYet(state);
    },
  });
}

function topicName({ pipeline: { spec } }: FaultContext, topic: TopicName): string {
  return topic === "control" ? spec.names.controlTopic : topicOf(spec, topic.table);
}

function nameText(topic: TopicName): string {
  return topic === "control" ? "the control topic" : `the topic of ${topic.table}`;
}
