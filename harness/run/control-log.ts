import type { Bell } from "#core/bell.ts";
import type { PipelineSpec } from "#core/pipeline-spec.ts";
import { type ControlEvent, decodeControlEvent } from "#stages/iceberg/control-topic.ts";
import type { KafkaClient } from "#stages/kafka/client.ts";
import type { Fetched } from "#stages/kafka/reader.ts";
import { jsonLine } from "./line-file.ts";
import { openTappedFile } from "./tapped-file.ts";

/** What the sink's tasks and their coordinator say to each other, read while they say it: `control.jsonl`. */
export interface ControlLog extends AsyncDisposable {
  readonly file: string;
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
  /** Told of each event of this pipeline's sink. */
  readonly onEvent: (event: ControlEvent) => void;
}

export function openControlLog({ kafka, spec, file, bell, onEvent }: ControlLogOptions): ControlLog {
  const { controlTopic, sinkGroup } = spec.names;
  const announced = new Map<string, bigint>();
  let [commits, readTo] = [0, 0n];

  const note = (event: ControlEvent) => {
    const table = event.table?.split(".").at(-1);
    if (event.group !== sinkGroup) return;
    if (event.type === "DATA_WRITTEN" && table !== undefined) announced.set(table, event.offset);
    if (event.type === "COMMIT_TO_TABLE") commits++;
    onEvent(event);
  };
  const take = ({ records, next }: Fetched) => {
    const events = records.map(decodeControlEvent);
    events.forEach(note);
    readTo = next;
    return events.map(jsonLine);
  };
  const tapped = openTappedFile({ kafka, topics: [controlTopic], file, bell, take });
  return {
    file,
    announced: () => announced,
    commits: () => commits,
    readTo: () => readTo,
    check: () => tapped.check(),
    [Symbol.asyncDispose]: () => tapped[Symbol.asyncDispose](),
  };
}
