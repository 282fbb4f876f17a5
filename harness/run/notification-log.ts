import type { PipelineSpec } from "#core/pipeline-spec.ts";
import { notificationsTopic, type SnapshotNote, snapshotNote } from "#stages/debezium/signals.ts";
import type { KafkaClient } from "#stages/kafka/client.ts";
import type { Fetched } from "#stages/kafka/reader.ts";
import { jsonLine } from "./line-file.ts";
import { openTappedFile, type TappedFile } from "./tapped-file.ts";

export interface NotificationLogOptions {
  readonly kafka: Pick<KafkaClient, "tap">;
  readonly spec: PipelineSpec;
  readonly file: string;
  readonly onNote: (note: SnapshotNote) => void;
}

/** What the source says of its snapshots, where the pipeline has it do so: `notifications.jsonl`. */
export function openNotificationLog({ kafka, spec, file, onNote }: NotificationLogOptions): TappedFile {
  const take = ({ records }: Fetched) => {
    const notes = records.flatMap(({ offset, timestampMs, value }) => {
      const note = value === null ? undefined : snapshotNote(value);
      return note === undefined ? [] : [{ offset, timestampMs, ...note }];
    });
    notes.forEach(onNote);
    return notes.map(jsonLine);
  };
  return openTappedFile({ kafka, topics: [notificationsTopic(spec)], file, take });
}
