import { deadlineIn, notYet, poll, seen } from "#core/deadline.ts";
import type { PipelineSpec } from "#core/pipeline-spec.ts";
import type { KafkaRecord } from "#core/ports.ts";
import type { Clients } from "#pipeline";
import { failedTrace, rootCause } from "#stages/connect/progress.ts";
import { decodeRecord, rowOf } from "#stages/debezium/record.ts";
import { decodeControlEvent } from "#stages/iceberg/control-topic.ts";
import { committedBehind } from "#stages/iceberg/progress.ts";
import { type Capture, type Evolve, placesOf, topicsOf } from "./capture.ts";

/** What has come to the topics, and why no more will come anywhere, where a connector has failed. */
export interface Arrived {
  /** By topic. */
  readonly records: ReadonlyMap<string, readonly KafkaRecord[]>;
  readonly failures: Readonly<Record<"source" | Evolve, string | undefined>>;
}

/** Waits until a mark, and with it all that was written before, is in the topics and in both lakes, or cannot be any more. */
export async function arrived(clients: Clients, capture: Capture, mark: number): Promise<Arrived> {
  const { names } = capture.marks.source;
  const source = await inTopics(clients, capture, mark);
  const topics = placesOf(capture).flatMap(topicsOf);
  const records = new Map<string, readonly KafkaRecord[]>();
  for (const topic of topics) records.set(topic, await recordsOf(clients, topic));
  // No sink was started for a source that did not get through its snapshot.
  const unstarted = source !== undefined && !(await clients.connect.sink.connectors()).includes(names.sinkConnector);
  if (unstarted) return { records, failures: { source, on: undefined, off: undefined } };
  const inLake = (evolve: Evolve) => inTables(clients, { capture, evolve, records });
  const [on, off] = await Promise.all([inLake("on"), inLake("off")]);
  return { records, failures: { source, on, off } };
}

const withinMs = 300_000;

async function recordsOf({ kafka }: Clients, topic: string): Promise<readonly KafkaRecord[]> {
  return Array.fromAsync(kafka.read({ topic, from: new Map(), to: await kafka.endOffsets(topic) }));
}

/** Waits until a mark is in its topic. Gives why it never will, if the source failed. */
export async function inTopics(clients: Clients, capture: Capture, mark: number): Promise<string | undefined> {
  const { names } = capture.marks.source;
  const [topic = ""] = topicsOf(capture.marks);
  return poll({
    what: `mark ${mark} in ${topic}`,
    deadline: deadlineIn(withinMs),
    everyMs: 200,
    look: async () => {
      const trace = failedTrace(await clients.connect.source.status(names.sourceConnector));
      if (trace !== undefined) return seen(nameless(trace, capture));
      const ids = (await recordsOf(clients, topic)).map(idOf);
      return ids.includes(mark) ? seen(undefined) : notYet(`marks ${ids.join(", ")}`);
    },
  });
}

function idOf(record: KafkaRecord): unknown {
  const change = decodeRecord(record);
  return change === undefined ? undefined : rowOf(change).after?.["id"];
}

interface InTables {
  readonly capture: Capture;
  readonly evolve: Evolve;
  readonly records: Arrived["records"];
}

async function inTables(clients: Clients, { capture, evolve, records }: InTables): Promise<string | undefined> {
  const { sinkConnector } = capture.marks.sinks[evolve].names;
  const sinks = placesOf(capture).map((place) => place.sinks[evolve]);
  return poll({
    what: `${sinkConnector} to commit all that is in the topics`,
    deadline: deadlineIn(withinMs),
    everyMs: 300,
    look: async () => {
      const trace = failedTrace(await clients.connect.sink.status(sinkConnector));
      if (trace !== undefined) return seen(nameless(trace, capture));
      const group = capture.marks.sinks[evolve].names.sinkGroup;
      const behind = (await behindInGroup(clients, { group, records })) ?? (await behindInTables(clients, sinks));
      return behind === undefined ? seen(undefined) : notYet(behind);
    },
  });
}

async function behindInGroup(
  { kafka }: Clients,
  { group, records }: { readonly group: string; readonly records: Arrived["records"] },
): Promise<string | undefined> {
  const committed = await kafka.groupOffsets(group);
  for (const [topic, found] of records) {
    const last = found.at(-1)?.offset;
    const at = committed.get(topic)?.get(0) ?? -1n;
    if (last !== undefined && at <= last) return `${topic} at ${at} of ${last + 1n}`;
  }
  return undefined;
}

async function behindInTables(clients: Clients, sinks: readonly PipelineSpec[]): Promise<string | undefined> {
  const events = (await recordsOf(clients, sinks[0]?.names.controlTopic ?? "")).map(decodeControlEvent);
  const written = events.filter(({ type }) => type === "DATA_WRITTEN");
  for (const spec of sinks) {
    const announced = new Map(
      written.flatMap(({ table, offset }): [string, bigint][] => {
        const [namespace, name = ""] = table?.split(".") ?? [];
        return namespace === spec.names.namespace ? [[name, offset]] : [];
      }),
    );
    const [behind] = await committedBehind({ announced, catalog: clients.catalog, spec });
    if (behind !== undefined) return behind;
  }
  return undefined;
}

/** The root cause of a failure, in words that are the same in every run. */
function nameless(trace: string, capture: Capture): string {
  const { topicPrefix, database } = capture.marks.source.names;
  return rootCause(trace)
    .replaceAll(`${topicPrefix}.`, "")
    .replaceAll(new RegExp(`${database}(_\\d+)?(_off)?`, "g"), "shop");
}
