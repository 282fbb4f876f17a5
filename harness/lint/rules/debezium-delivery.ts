import { satisfies } from "#core/versions.ts";
import { any, at, has, is, isTrue, missing, on, says, where } from "../ask.ts";
import { debezium } from "../pipeline.ts";
import type { Checks, Find } from "../rule.ts";
import { listOf, type View } from "../view.ts";

const mysqlLike = ["mysql-source", "mariadb-source"] as const;

/** Values of snapshot.mode that are gone, by the version that dropped them and what took their place. */
const removedModes: readonly {
  readonly mode: RegExp;
  readonly since: string;
  readonly now?: string;
  readonly kinds?: RegExp;
}[] = [
  { mode: /^schema_only$/i, since: ">=3.3.0", now: "no_data" },
  { mode: /^initial_schema_only$/i, since: ">=2.0.0", now: "no_data" },
  { mode: /^schema_only_recovery$/i, since: ">=3.3.0", now: "recovery" },
  { mode: /^never$/i, since: ">=3.6.0", kinds: /^(mysql|mariadb)-source$/ },
];

const removedMode: Find = (view, { definitions }) => {
  const setting = view.get("snapshot.mode");
  const removed = removedModes.find(
    ({ mode, since, kinds }) =>
      mode.test(setting?.value.trim() ?? "") &&
      satisfies(definitions.versions.debezium, since) &&
      (kinds === undefined || kinds.test(view.kind)),
  );
  if (setting === undefined || removed === undefined) return [];
  return [{ ...says(setting), fix: removed.now === undefined ? undefined : { value: removed.now } }];
};

const queueTooSmall: Find = (view) => {
  const [queue, batch] = [view.number("max.queue.size") ?? 8192, view.number("max.batch.size") ?? 2048];
  const setting = view.get("max.queue.size") ?? view.get("max.batch.size");
  return setting !== undefined && queue <= batch
    ? [says(setting, `: a queue of ${queue} for batches of ${batch}`)]
    : [];
};

const failureModes =
  /^(event\.processing|inconsistent\.schema|event\.deserialization)\.failure\.handling\.mode$|^inconsistent\.schema\.handling\.mode$/;

const exactlyOnceTooOld: Find = (view, { definitions }) => {
  const support = view.get("exactly.once.support");
  const least = view.kind === "postgres-source" ? "<2.4.0" : "<3.3.0";
  const old = satisfies(definitions.versions.debezium, least);
  return old && view.text("exactly.once.support") === "required" && support !== undefined
    ? [says(support, ` with Debezium ${definitions.versions.debezium}`)]
    : [];
};

const unsafeProducer = any(
  is("producer.override.acks", (value) => !/^(all|-1)$/.test(value)),
  is("producer.override.partitioner.class", /RoundRobinPartitioner$/),
  where(
    (view) => view.text("producer.override.enable.idempotence") === "false",
    is("producer.override.max.in.flight.requests.per.connection", (value) => Number(value) > 1),
  ),
);

const exactlyOnceOff: Find = (view, { worker }) => {
  const support = view.get("exactly.once.support");
  const enabled = worker?.text("exactly.once.source.support");
  const off =
    worker !== undefined &&
    enabled !== "enabled" &&
    (enabled !== undefined || !worker.has("exactly.once.source.support"));
  return support !== undefined && view.text(support.key) === "required" && off
    ? [says(support, `, and the worker's exactly.once.source.support is ${enabled ?? "not set"}`)]
    : [];
};

const signalIncomplete: Find = (view) => {
  const channels = view.list("signal.enabled.channels");
  const needs = new Map([
    ["kafka", ["signal.kafka.topic", "signal.kafka.bootstrap.servers"]],
    ["source", ["signal.data.collection"]],
  ]);
  return channels.flatMap((channel) =>
    (needs.get(channel) ?? [])
      .filter(
        (key) =>
          !view.has(key) &&
          !(key === "signal.kafka.topic" && view.has("topic.prefix") && view.has("signal.kafka.groupId")),
      )
      .map((key) => at(view, "signal.enabled.channels", `the channel ${channel} without ${key}`)),
  );
};

export const debeziumDelivery: Checks = {
  "dbz-decimal-double-lossy": on(debezium, is("decimal.handling.mode", /^double$/i)),
  "dbz-queue-not-larger-than-batch": on(debezium, queueTooSmall),
  "dbz-queue-bytes-unbounded": on(
    debezium,
    where(
      (view) => (view.number("max.queue.size.in.bytes") ?? 0) === 0,
      is("max.queue.size", (value) => Number(value) >= 16_384),
    ),
  ),
  "dbz-heartbeat-missing": on(
    debezium,
    (view) => {
      const interval = view.get("heartbeat.interval.ms");
      if (interval === undefined) return [missing("heartbeat.interval.ms")];
      return view.number(interval.key) === 0 ? [says(interval)] : [];
    },
    { only: "production" },
  ),
  "dbz-heartbeat-query-without-interval": on(
    debezium,
    where(
      (view) => !view.has("heartbeat.interval.ms") || view.number("heartbeat.interval.ms") === 0,
      has("heartbeat.action.query"),
    ),
  ),
  "dbz-failure-handling-not-fail": on(
    debezium,
    any(is(failureModes, /^(warn|skip|ignore)$/i), is("event.converting.failure.handling.mode", /^skip$/i)),
  ),
  "dbz-event-deserialization-mode-deprecated": on(
    debezium,
    has("event.deserialization.failure.handling.mode", { key: "event.processing.failure.handling.mode" }),
  ),
  "dbz-skipped-operations-dml": on(
    debezium,
    is("skipped.operations", (value) => listOf(value).some((item) => /^[cud]$/.test(item))),
  ),
  "dbz-truncate-events-unhandled": on(debezium, (view, pipeline) => {
    const skipped = view.get("skipped.operations");
    const unhandled = pipeline
      .sinksOf(view, "iceberg-sink")
      .some((sink) => sink.transform("DebeziumTransform") !== undefined);
    return skipped !== undefined && /^none$/i.test(skipped.value) && unhandled ? [says(skipped)] : [];
  }),
  "dbz-snapshot-mode-removed-value": on(debezium, removedMode),
  "dbz-snapshot-mode-always": on(debezium, is("snapshot.mode", /^always$/i)),
  "dbz-snapshot-mode-no-data": on(debezium, is("snapshot.mode", /^(no_data|recovery)$/i)),
  "dbz-eos-worker-disabled": on(debezium, exactlyOnceOff),
  "dbz-eos-version": on(debezium, exactlyOnceTooOld),
  "dbz-transaction-boundary": on(debezium, is("transaction.boundary", /^connector$/i)),
  "dbz-signal-channel-incomplete": on(debezium, signalIncomplete),
  "dbz-signal-collection-unqualified": on(
    debezium,
    is("signal.data.collection", (value) => !value.includes(".")),
  ),
  "dbz-notification-sink-no-topic": on(
    debezium,
    where(
      (view) =>
        view.list("notification.enabled.channels").includes("sink") && !view.has("notification.sink.topic.name"),
      has("notification.enabled.channels"),
    ),
  ),
  "dbz-producer-override-unsafe": on(debezium, unsafeProducer),
  "dbz-tombstones-off-compacted": on(debezium, (view, pipeline) => {
    const tombstones = view.get("tombstones.on.delete");
    const compacted = capturedTopics(view, pipeline.all("topic")).find((topic) =>
      /compact/.test(topic.text("cleanup.policy") ?? ""),
    );
    return tombstones !== undefined && /^false$/i.test(tombstones.value) && compacted !== undefined
      ? [says(tombstones, `, and ${compacted.document.name} is compacted`)]
      : [];
  }),
  "dbz-history-skip-unparseable-ddl": on(
    [...mysqlLike, "sqlserver-source"],
    isTrue("schema.history.internal.skip.unparseable.ddl"),
  ),
  "dbz-history-store-only-captured": on(mysqlLike, isTrue("schema.history.internal.store.only.captured.tables.ddl")),
  "dbz-include-schema-changes-off": on(mysqlLike, is("include.schema.changes", /^false$/i)),
  "dbz-snapshot-locking-none": on(mysqlLike, is("snapshot.locking.mode", /^none$/i)),
};

function capturedTopics(source: View, topics: readonly View[]): View[] {
  const prefix = source.text("topic.prefix");
  return topics.filter(({ document }) => prefix !== undefined && document.name?.startsWith(`${prefix}.`) === true);
}
