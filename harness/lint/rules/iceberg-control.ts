import { any, at, has, is, on, says } from "../ask.ts";
import {
  connectors,
  controlTopicOf,
  debezium,
  defaultControlTopic,
  type Pipeline,
  reads,
  renamesTopics,
  sinks,
  topicsFrom,
} from "../pipeline.ts";
import type { Checks, Find } from "../rule.ts";
import { isOpaque, listOf, type View } from "../view.ts";

const iceberg = ["iceberg-sink"] as const;
const week = 604_800_000;

/** Whether a topic's file is about some sink's control topic: by name, or by the default's. */
function isControl(topic: View, pipeline: Pipeline): boolean {
  const { name } = topic.document;
  return (
    name !== undefined &&
    (name === defaultControlTopic || pipeline.all("iceberg-sink").some((sink) => controlTopicOf(sink) === name))
  );
}

const ofControl =
  (find: Find): Find =>
  (view, pipeline) =>
    isControl(view, pipeline) ? find(view, pipeline) : [];

const controlMissing: Find = (view, pipeline) => {
  const name = controlTopicOf(view);
  const manual = pipeline.all("broker").some((broker) => broker.text("auto.create.topics.enable") === "false");
  return name !== undefined && manual && pipeline.all("topic").length > 0 && pipeline.topic(name) === undefined
    ? [at(view, "iceberg.control.topic", `no topic ${name}, and the broker makes none`)]
    : [];
};

const controlShared: Find = (view, pipeline) => {
  const name = controlTopicOf(view);
  const other = pipeline.sharing(view, iceberg, "control topic", controlTopicOf);
  return name === undefined || other === undefined
    ? []
    : [at(view, "iceberg.control.topic", `the control topic ${name} is ${other.document.file}'s, too`)];
};

const readsItself: Find = (view) => {
  const pattern = view.get("topics.regex");
  const own = [controlTopicOf(view), view.text("errors.deadletterqueue.topic.name")].find(
    (name) => name !== undefined && name !== "" && reads(view, name),
  );
  return pattern === undefined || own === undefined ? [] : [says(pattern, ` takes in ${own}`)];
};

const timeoutOverInterval: Find = (view) => {
  const interval = view.has("iceberg.control.commit.interval-ms")
    ? view.number("iceberg.control.commit.interval-ms")
    : 300_000;
  const timeout = view.has("iceberg.control.commit.timeout-ms")
    ? view.number("iceberg.control.commit.timeout-ms")
    : 30_000;
  if (interval === undefined || timeout === undefined || (timeout < interval && timeout >= 10_000)) return [];
  const key = view.has("iceberg.control.commit.timeout-ms")
    ? "iceberg.control.commit.timeout-ms"
    : "iceberg.control.commit.interval-ms";
  return [at(view, key, `a timeout of ${timeout} ms for commits every ${interval} ms`)];
};

const intervalExtreme: Find = (view, { target }) => {
  const setting = view.get("iceberg.control.commit.interval-ms");
  const interval = setting === undefined ? 300_000 : view.number(setting.key);
  const bad = interval !== undefined && (target === "production" ? interval < 10_000 : interval >= 300_000);
  return bad ? [at(view, "iceberg.control.commit.interval-ms", `commits every ${interval} ms`)] : [];
};

/** Topics are made with one partition unless somebody says otherwise. */
const idleTasks: Find = (view, pipeline) => {
  const tasks = view.number("tasks.max");
  const topics = view.get("topics");
  if (tasks === undefined || tasks < 2 || topics === undefined || isOpaque(topics.value)) return [];
  const counts = listOf(topics.value).map((name) => pipeline.topic(name)?.number("partitions"));
  const made = pipeline.sourcesOf(view).map((source) => source.number("topic.creation.default.partitions"))[0];
  const known = counts.map((count) => count ?? made);
  const partitions = known.reduce<number>((sum, count) => sum + (count ?? Number.NaN), 0);
  return tasks > partitions ? [at(view, "tasks.max", `${tasks} tasks for ${partitions} partitions`)] : [];
};

const groupOverridden: Find = (view) => {
  const group = view.get("consumer.override.group.id");
  return group !== undefined && view.text("iceberg.connect.group-id") !== group.value.trim() ? [says(group)] : [];
};

const nameReused: Find = (view, pipeline) => {
  const named = (of: View) => of.document.name ?? of.text("name");
  const name = named(view);
  const other = pipeline.sharing(view, connectors, "name", named);
  return name === undefined || other === undefined
    ? []
    : [at(view, "name", `the connector ${name} stands in ${other.document.file}, too`)];
};

/** The sink reads the worker's file itself, as text: what a provider would put in stays `${…}`. */
const workerUnreadable: Find = (view, { worker }) => {
  if (view.has("iceberg.kafka.bootstrap.servers") || worker === undefined) return [];
  const secret = worker
    .matching(/^(bootstrap\.servers|security\.|sasl\.|ssl\.)/)
    .find(({ value }) => /\$\{(?!floe:)[^}]*\}/.test(value));
  return secret === undefined && worker.document.platform !== "strimzi"
    ? []
    : [
        {
          key: "iceberg.kafka.bootstrap.servers",
          told: `iceberg.kafka.bootstrap.servers is not set, and ${worker.document.file} cannot be read as it is`,
        },
      ];
};

/** Every table of a source by its own name: then its topics are known, all of them. */
function allNamed(source: View): boolean {
  const tables = source.list("table.include.list");
  return tables.length > 0 && tables.every((item) => /^[\w$-]+(\\?\.[\w$-]+)+$/.test(item));
}

const nothingToRead: Find = (view, pipeline) => {
  const sources = pipeline.all(...debezium);
  const topics = view.get("topics") ?? view.get("topics.regex");
  const known = sources.every((source) => source.text("topic.prefix") !== undefined && !renamesTopics(source));
  if (sources.length === 0 || !known || topics === undefined || isOpaque(topics.value)) return [];
  const sample = (source: View) => `${source.text("topic.prefix") ?? ""}.some_database.some_table`;
  const fits = sources.some((source) =>
    allNamed(source)
      ? topicsFrom(source).some((topic) => reads(view, topic))
      : pipeline.feeds(source, view) || reads(view, sample(source)),
  );
  return fits ? [] : [says(topics, ", which no source writes")];
};

const uncommitted: Find = (view, pipeline) => {
  const isolation = view.get("consumer.override.isolation.level");
  const inherited = pipeline.worker?.get("consumer.isolation.level");
  const exact = pipeline.sourcesOf(view).find((source) => source.text("exactly.once.support") === "required");
  const level = isolation?.value ?? inherited?.value;
  return exact === undefined || (level !== undefined && (isOpaque(level) || level.trim() === "read_committed"))
    ? []
    : [
        at(
          view,
          "consumer.override.isolation.level",
          `${exact.document.file} writes in transactions, and this sink reads ${level ?? "read_uncommitted, the default"}`,
        ),
      ];
};

export const icebergControl: Checks = {
  "iceberg-control-topic-missing": on(iceberg, controlMissing),
  "iceberg-control-topic-shared": on(iceberg, controlShared),
  "iceberg-control-topic-compacted": on(["topic"], ofControl(is("cleanup.policy", /compact/))),
  "iceberg-control-topic-partitions": on(["topic"], ofControl(is("partitions", (value) => Number(value) > 1))),
  "iceberg-control-topic-retention": on(
    ["topic"],
    ofControl(
      any(
        is("retention.ms", (value) => Number(value) >= 0 && Number(value) < week),
        is("retention.bytes", (value) => Number(value) >= 0),
      ),
    ),
  ),
  "iceberg-control-topic-in-source-regex": on(iceberg, readsItself),
  "iceberg-control-offset-reset-latest": on(iceberg, (view) => {
    const reset = view.get("iceberg.kafka.auto.offset.reset");
    if (reset === undefined)
      return [{ key: "iceberg.kafka.auto.offset.reset", told: "iceberg.kafka.auto.offset.reset is not set" }];
    return view.text(reset.key) === "latest" ? [says(reset)] : [];
  }),
  "iceberg-commit-timeout-vs-interval": on(iceberg, timeoutOverInterval, { only: "production" }),
  "iceberg-commit-interval-extreme": on(iceberg, intervalExtreme),
  "iceberg-more-tasks-than-active-partitions": on(iceberg, idleTasks),
  "iceberg-consumer-group-override": on(iceberg, groupOverridden),
  "iceberg-connector-name-reused": on(iceberg, nameReused),
  "iceberg-worker-props-unreadable": on(iceberg, workerUnreadable),
  "iceberg-dlq-does-not-cover-put": on(iceberg, has("errors.deadletterqueue.topic.name")),
  "iceberg-sink-read-uncommitted": on(iceberg, uncommitted),
  "sink-topics-mismatch-source": on(sinks, nothingToRead),
  "iceberg-runtime-not-on-central": on(["build-file"], has("iceberg-kafka-connect-runtime")),
};
