import { any, at, has, is, on, says } from "../ask.ts";
import { debezium, type Pipeline, reads, sinks } from "../pipeline.ts";
import type { Checks, Find } from "../rule.ts";
import type { View } from "../view.ts";

const topic = ["topic"] as const;
const week = 604_800_000;
const fiveYears = 157_680_000_000;

/** A topic that some source keeps its schema history in; by its name alone where no source is at hand. */
function isHistory(view: View, pipeline: Pipeline): boolean {
  const { name } = view.document;
  const named = pipeline.all(...debezium).some((source) => source.text("schema.history.internal.kafka.topic") === name);
  return name !== undefined && (named || /schema-?_?history|dbhistory/i.test(name));
}

/** A topic with the rows of a captured table. */
function isCaptured(view: View, pipeline: Pipeline): boolean {
  const { name } = view.document;
  return (
    name !== undefined &&
    pipeline.all(...debezium).some((source) => {
      const prefix = source.text("topic.prefix");
      return (
        prefix !== undefined && name.startsWith(`${prefix}.`) && name.split(".").length >= prefix.split(".").length + 2
      );
    })
  );
}

const ofHistory =
  (find: Find): Find =>
  (view, pipeline) =>
    isHistory(view, pipeline) ? find(view, pipeline) : [];

const compactedChanges: Find = (view, pipeline) => {
  const policy = view.get("cleanup.policy");
  const read = pipeline.all("iceberg-sink").some((sink) => reads(sink, view.document.name ?? ""));
  return policy !== undefined && /compact/.test(policy.value) && (read || isCaptured(view, pipeline))
    ? [says(policy)]
    : [];
};

const shortRetention: Find = (view, pipeline) => {
  const retention = view.get("retention.ms");
  const ms = view.number("retention.ms");
  const read =
    pipeline.all(...sinks).some((sink) => reads(sink, view.document.name ?? "")) || isCaptured(view, pipeline);
  return retention !== undefined && ms !== undefined && ms >= 0 && ms < week && read ? [says(retention)] : [];
};

const isrTooHigh: Find = (view) => {
  const [isr, factor] = [view.number("min.insync.replicas"), view.number("replication.factor")];
  return isr !== undefined && factor !== undefined && factor > 1 && isr >= factor
    ? [at(view, "min.insync.replicas", `min.insync.replicas=${isr} of ${factor} replicas`)]
    : [];
};

export const topicRules: Checks = {
  "topic-message-format-version": on([...topic, "broker"], has(/^(log\.)?message\.format\.version$/), {
    versions: { kafka: ">=4.0.0" },
  }),
  "topic-compacted-cdc": on(topic, compactedChanges),
  "topic-retention-vs-sink-outage": on(topic, shortRetention),
  "topic-schema-history-compacted": on(topic, ofHistory(is("cleanup.policy", /compact/))),
  "topic-schema-history-retention": on(
    topic,
    ofHistory(
      any(
        is("retention.ms", (value) => Number(value) !== -1 && Number(value) < fiveYears),
        is("retention.bytes", (value) => Number(value) !== -1),
      ),
    ),
  ),
  "topic-schema-history-partitions": on(topic, ofHistory(is("partitions", (value) => Number(value) !== 1))),
  "topic-schema-history-rf1": on(topic, ofHistory(is("replication.factor", /^1$/)), { only: "production" }),
  "topic-min-isr-vs-rf": on(topic, isrTooHigh),
};
