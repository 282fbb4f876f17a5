import { at, has, on, says } from "../ask.ts";
import { dialect } from "../java-regex.ts";
import { debezium, reads, topicsFrom } from "../pipeline.ts";
import type { Checks, Find } from "../rule.ts";
import { listOf, type View } from "../view.ts";

const defaultKeys = ["topic.creation.default.replication.factor", "topic.creation.default.partitions"] as const;

const incomplete: Find = (view) => {
  const [any] = view.matching(/^topic\.creation\.(?!enable$)/);
  return any === undefined
    ? []
    : defaultKeys.filter((key) => !view.has(key)).map((key) => ({ on: any, told: `topic.creation.* without ${key}` }));
};

const tooManyReplicas: Find = (view, { brokers }) =>
  view.matching(/^topic\.creation\.[^.]+\.replication\.factor$/).flatMap((setting) => {
    const factor = view.number(setting.key);
    return brokers !== undefined && factor !== undefined && factor > brokers
      ? [says(setting, ` with ${brokers} brokers`)]
      : [];
  });

const nobodyCreates: Find = (view, pipeline) => {
  const { worker } = pipeline;
  if (!pipeline.all("broker").some((broker) => broker.text("auto.create.topics.enable") === "false")) return [];
  const off = worker?.text("topic.creation.enable") === "false" || !view.has(defaultKeys[0]);
  return off ? [at(view, defaultKeys[0], "neither Connect nor the broker creates the topics")] : [];
};

const neverMatches: Find = (view) => {
  const produced = topicsFrom(view);
  const prefix = view.text("topic.prefix");
  if (produced.length === 0 || prefix === undefined) return [];
  return view.matching(/^topic\.creation\.(?!default\.)[^.]+\.include$/).flatMap((setting) => {
    const patterns = listOf(view.text(setting.key)).map((item) => dialect(`^(?:${item})$`));
    const hit = patterns.some(
      (pattern) => pattern === undefined || [...produced, prefix].some((topic) => pattern.test(topic)),
    );
    return hit || patterns.length === 0 ? [] : [says(setting, ` matches none of ${produced.slice(0, 2).join(", ")}`)];
  });
};

const groupUndefined: Find = (view) => {
  const groups = view.list("topic.creation.groups");
  const withoutInclude = groups
    .filter((group) => !view.has(`topic.creation.${group}.include`))
    .map((group) => at(view, "topic.creation.groups", `the group ${group} has no topic.creation.${group}.include`));
  const orphans = view
    .matching(/^topic\.creation\.(?!default\.)[^.]+\.include$/)
    .filter(({ key }) => !groups.includes(key.split(".")[2] ?? ""))
    .map((setting) => ({ on: setting, told: `${setting.key} is set, and topic.creation.groups does not list it` }));
  return [...withoutInclude, ...orphans];
};

const transactionTopic: Find = (view, pipeline) => {
  const on = view.get("provide.transaction.metadata");
  const topic = `${view.text("topic.prefix") ?? ""}.${view.text("topic.transaction") ?? "transaction"}`;
  const sink = pipeline.sinksOf(view).find((each) => reads(each, topic));
  return on !== undefined && view.isTrue(on.key) && sink !== undefined
    ? [says(on, `, and ${sink.document.file} reads ${topic}`)]
    : [];
};

/** A record that the producer may send and the topic does not take. */
const requestOverTopic: Find = (view, pipeline) => {
  const size = view.get("producer.override.max.request.size");
  const bytes = view.number("producer.override.max.request.size");
  const small = pipeline
    .all("topic", "broker")
    .find((each) => bytes !== undefined && (limitOf(each, view) ?? Number.POSITIVE_INFINITY) < bytes);
  if (size === undefined || bytes === undefined) return [];
  if (bytes < 1_048_576) return [says(size, ": below the default of 1048576")];
  return small === undefined
    ? []
    : [says(size, `, and ${small.document.name ?? small.document.file} takes ${limitOf(small, view)}`)];
};

function limitOf(view: View, source: View): number | undefined {
  if (view.kind === "broker") return view.number("message.max.bytes") ?? 1_048_588;
  const ofSource = view.document.name?.startsWith(`${source.text("topic.prefix") ?? "\0"}.`) === true;
  return ofSource ? view.number("max.message.bytes") : undefined;
}

export const debeziumTopics: Checks = {
  "dbz-topic-creation-incomplete": on(debezium, incomplete),
  "dbz-topic-creation-rf-exceeds-brokers": on(debezium, tooManyReplicas),
  "dbz-topic-creation-disabled": on(debezium, nobodyCreates),
  "dbz-topic-creation-enable-on-connector": on(debezium, has("topic.creation.enable")),
  "dbz-topic-creation-include-without-prefix": on(debezium, neverMatches),
  "dbz-topic-creation-group-undefined": on(debezium, groupUndefined),
  "dbz-provide-tx-metadata-topic": on(debezium, transactionTopic),
  "dbz-producer-size-vs-topic": on(debezium, requestOverTopic),
};
