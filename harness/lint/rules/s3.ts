import { at, has, is, isBelow, on, says, where } from "../ask.ts";
import type { Checks, Find } from "../rule.ts";
import type { View } from "../view.ts";

const s3 = ["s3-sink"] as const;
const byTime = (view: View) => /(TimeBased|Daily|Hourly)Partitioner$/.test(view.text("partitioner.class") ?? "");
const rotates = (view: View) => (view.number("rotate.schedule.interval.ms") ?? -1) > 0;

const formatTooCoarse: Find = (view) => {
  const format = view.get("path.format");
  const duration = view.number("partition.duration.ms");
  if (format === undefined || duration === undefined || duration <= 0) return [];
  const words = format.value.replaceAll(/'[^']*'/g, "");
  const finest = /m/.test(words)
    ? 60_000
    : /[HhKk]/.test(words)
      ? 3_600_000
      : /[dD]/.test(words)
        ? 86_400_000
        : 2_419_200_000;
  return finest > duration ? [says(format, ` for partitions of ${duration} ms`)] : [];
};

const parquetWithoutSchema: Find = (view, pipeline) => {
  const format = view.get("format.class");
  const converter = pipeline.converter(view, "value");
  const bare =
    converter !== undefined &&
    (converter.type.endsWith("StringConverter") ||
      (converter.type.endsWith("JsonConverter") && /^false$/i.test(converter.text("schemas.enable") ?? "")));
  return format !== undefined && format.value.endsWith("ParquetFormat") && bare
    ? [says(format, " with values that have no schema")]
    : [];
};

/** A source's tombstones reach the sink: deletes are followed by one unless they are switched off or unwrapped away. */
const tombstonesKill: Find = (view, pipeline) => {
  const behaviour = view.get("behavior.on.null.values");
  const dropped =
    view.transform("ExtractNewRecordState") !== undefined ||
    view.matching(/^predicates\..*\.type$/).some(({ value }) => /RecordIsTombstone/.test(value));
  const source = pipeline.sourcesOf(view).find((each) => !/^false$/i.test(each.text("tombstones.on.delete") ?? "true"));
  return source !== undefined && !dropped && (behaviour === undefined || view.text(behaviour.key) === "fail")
    ? [at(view, "behavior.on.null.values", `${source.document.file} writes tombstones`)]
    : [];
};

export const s3Rules: Checks = {
  "s3-class-not-on-central": on(s3, is("connector.class", /^io\.confluent\.|^S3Sink/)),
  "s3-flush-size-tiny": on(
    s3,
    is("flush.size", (value) => Number(value) <= 100),
  ),
  "s3-part-size-min": on(s3, isBelow("s3.part.size", 5_242_880)),
  "s3-rotate-schedule-no-timezone": on(
    s3,
    where((view) => rotates(view) && !view.has("timezone"), has("rotate.schedule.interval.ms")),
  ),
  "s3-rotate-schedule-breaks-eos": on(
    s3,
    is("rotate.schedule.interval.ms", (value) => Number(value) > 0),
  ),
  "s3-timebased-missing-locale-timezone": on(
    s3,
    where((view) => byTime(view) && (!view.has("locale") || !view.has("timezone")), has("partitioner.class")),
  ),
  "s3-path-format-coarser-than-duration": on(s3, formatTooCoarse),
  "s3-timestamp-field-ignored": on(
    s3,
    where(
      (view) =>
        !view.has("timestamp.extractor") ||
        !/^(RecordField|.*RecordFieldTimestampExtractor)$/.test(view.text("timestamp.extractor") ?? "RecordField"),
      has("timestamp.field"),
    ),
  ),
  "s3-unknown-compression-type": on(s3, has("compression.type", { key: "s3.compression.type" })),
  "s3-foreign-key": on(
    s3,
    has(/^(behavior\.on\.malformed\.documents|type\.name|key\.ignore|schema\.ignore|connection\.url)$/),
  ),
  "s3-deletes-ignored": on(s3, (view, pipeline) => {
    const ignores = view.get("behavior.on.null.values");
    const cdc = pipeline.sourcesOf(view).length > 0 || view.transform("ExtractNewRecordState") !== undefined;
    const kept =
      view.transform("ExtractNewRecordState")?.text("delete.tombstone.handling.mode")?.startsWith("rewrite") === true;
    return ignores !== undefined && /^ignore$/i.test(ignores.value) && cdc && !kept ? [says(ignores)] : [];
  }),
  "s3-null-values-fail": on(s3, tombstonesKill),
  "s3-parquet-needs-schema": on(s3, parquetWithoutSchema),
  "s3-schema-compatibility-none-churn": on(s3, is("schema.compatibility", /^none$/i)),
};
