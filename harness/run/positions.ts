import { wallNowMs } from "#core/clock.ts";
import { every } from "#core/deadline.ts";
import type { PipelineSpec } from "#core/pipeline-spec.ts";
import type { KafkaRecord } from "#core/ports.ts";
import type { Clients } from "#pipeline";
import { offsetsTopicOf } from "#stages/connect/variables.ts";
import { type SourcePosition, storedOffset } from "#stages/debezium/progress.ts";
import { jsonLine } from "./line-file.ts";
import { openTappedFile } from "./tapped-file.ts";

/**
 * Every change of the positions, as it happens: `positions.jsonl`. The source's offset comes from its offsets topic, each
 * one; the sink's groups and the connectors' states are asked for, and only what differs is written.
 */
export interface PositionLog extends AsyncDisposable {
  readonly file: string;
  /** Throws what kept it from reading on: an offset that cannot be decoded. */
  check(): void;
}

export interface PositionLogOptions {
  readonly clients: Clients;
  readonly spec: PipelineSpec;
  readonly file: string;
  readonly everyMs: number;
  /** Told of each offset that the source stores. */
  readonly onSourceOffset: (position: SourcePosition) => void;
  /** Told when the state of a connector, or of one of its tasks, has changed. */
  readonly onStates: (end: "source" | "sink", states: readonly string[]) => void;
}

export function openPositions({
  clients,
  spec,
  file,
  everyMs,
  onSourceOffset,
  onStates,
}: PositionLogOptions): PositionLog {
  const { names } = spec;
  const offsetLine = (record: KafkaRecord) => {
    const detail = storedOffset(record, names.sourceConnector);
    if (detail === undefined) return [];
    onSourceOffset(detail);
    return [jsonLine({ wallMs: record.timestampMs, kind: "source", name: names.sourceConnector, detail })];
  };
  const tapped = openTappedFile({
    kafka: clients.kafka,
    topics: [offsetsTopicOf(spec)],
    file,
    take: ({ records }) => records.flatMap(offsetLine),
  });
  const told = new Map<string, string>();
  const noteChange = (kind: string, name: string, detail: unknown) => {
    const text = jsonLine(detail);
    if (told.get(name) === text) return false;
    told.set(name, text);
    tapped.write([jsonLine({ wallMs: wallNowMs(), kind, name, detail })]);
    return true;
  };
  const look = async () => {
    const groups = [names.sinkGroup, names.coordinatorGroup];
    const connectors = [
      ["source", names.sourceConnector],
      ["sink", names.sinkConnector],
    ] as const;
    // What does not answer now is asked again: a fault may be at work.
    await Promise.allSettled([
      ...groups.map(async (group) => noteChange("group", group, flat(await clients.kafka.groupOffsets(group)))),
      ...connectors.map(async ([end, name]) => {
        const { connector, tasks } = await clients.connect[end].status(name);
        const detail = { state: connector.state, tasks: tasks.map(({ state }) => state) };
        if (noteChange("connector", name, detail)) onStates(end, [detail.state, ...detail.tasks]);
      }),
    ]);
  };
  const beat = every(everyMs, look);
  return {
    file,
    check: () => tapped.check(),
    [Symbol.asyncDispose]: async () => {
      beat[Symbol.dispose]();
      await tapped[Symbol.asyncDispose]();
    },
  };
}

/** `{ "topic/partition": offset }`. */
function flat(offsets: ReadonlyMap<string, ReadonlyMap<number, bigint>>): Readonly<Record<string, bigint>> {
  const entries = [...offsets].flatMap(([topic, partitions]) =>
    [...partitions].map(([partition, offset]): [string, bigint] => [`${topic}/${partition}`, offset]),
  );
  return Object.fromEntries(entries.toSorted(([a], [b]) => a.localeCompare(b)));
}
