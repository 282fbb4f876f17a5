import type { Bell } from "#core/bell.ts";
import type { PipelineSpec } from "#core/pipeline-spec.ts";
import { type ControlEvent, decodeControlEvent } from "#stages/iceberg/control-topic.ts";
import type { KafkaClient } from "#stages/kafka/client.ts";
import type { Fetched } from "#stages/kafka/reader.ts";
import { jsonLine, openLines } from "./line-file.ts";

/** What the sink's tasks and their coordinator say to each other, read while they say it: `control.jsonl`. */
export interface ControlLog extends AsyncDisposable {
  readonly file: string;
  /** Every event of this pipeline's sink so far, in the order of the topic. */
  events(): readonly ControlEvent[];
  /** The offset of the last DATA_WRITTEN of each table. */
  announced(): ReadonlyMap<string, bigint>;
  /** Snapshots that have been told. */
  commits(): number;
  /** Everything below this offset of the control topic has been read. */
  readTo(): bigint;
  /** Throws what kept it from reading on: an event that cannot be decoded. */
  check(): void;
}

export interface ControlLogOptions {
  readonly kafka: Pick<KafkaClient, "tap">;
  readonly spec: PipelineSpec;
  readonly file: string;
  /** Rung at every event. */
  readonly bell: Bell;
}

export function openControlLog({ kafka, spec, file, bell }: ControlLogOptions): ControlLog {
  const { controlTopic, sinkGroup } = spec.names;
  const lines = openLines(file);
  const events: ControlEvent[] = [];
  const announced = new Map<string, bigint>();
  let [commits, readTo] = [0, 0n];
  let failure: unknown;

  const note = (event: ControlEvent) => {
    const table = event.table?.split(".").at(-1);
    if (event.group !== sinkGroup) return;
    events.push(event);
    if (event.type === "DATA_WRITTEN" && table !== undefined) announced.set(table, event.offset);
    if (event.type === "COMMIT_TO_TABLE") commits++;
  };
  const onFetched = ({ records, next }: Fetched) => {
    if (failure !== undefined) return;
    try {
      const decoded = records.map(decodeControlEvent);
      lines.write(decoded.map(jsonLine));
      decoded.forEach(note);
      readTo = next;
    } catch (error) {
      failure = error;
    }
    bell.ring();
  };
  const tap = kafka.tap({ topics: [controlTopic], from: new Map(), onFetched, onGap: () => undefined });
  return {
    file,
    events: () => events,
    announced: () => announced,
    commits: () => commits,
    readTo: () => readTo,
    check: () => {
      if (failure !== undefined) throw failure;
    },
    [Symbol.asyncDispose]: async () => {
      await tap[Symbol.asyncDispose]();
      lines[Symbol.dispose]();
    },
  };
}
