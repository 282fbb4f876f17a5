import type { View } from "#lint/view.ts";

// What names a time, or a place in the binlog or in Kafka, is another one in each run.
const always = [
  /^_cdc\.(ts|offset)$/,
  /^_kafka_metadata/,
  /^__(source_)?(ts_ms|ts_us|ts_ns|gtid|file|pos|row|thread|server_id|sequence|query)$/,
  /^__transaction/,
];

/** Whether a column of the lake differs in each run, whatever the configuration: its values are not compared. */
export function volatileColumns(views: readonly View[]): (column: string) => boolean {
  const inserted = views
    .flatMap(({ transforms }) => transforms)
    .filter(({ type }) => type?.includes(".InsertField$") === true)
    .flatMap((transform) =>
      ["timestamp.field", "offset.field", "partition.field"].flatMap((key) => transform.text(key) ?? []),
    )
    .map((field) => field.replace(/[!?]$/, ""));
  return (column) => inserted.includes(column) || always.some((pattern) => pattern.test(column));
}
