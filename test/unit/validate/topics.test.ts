import { describe, expect, test } from "vitest";
import { type Brokers, missingTopics, singleCopies, unmatchedPattern, wantedTopics } from "#validate/topics.ts";
import { pipelineOf, type Settings, sink, source } from "./views.ts";

const brokers: Brokers = { topics: new Set(), count: 3, makesTopics: true, defaultReplicas: 1 };

function missing(files: Readonly<Record<string, Settings>>, more: Partial<Brokers> = {}) {
  const pipeline = pipelineOf(files);
  const wanted = pipeline.views.flatMap((view) => wantedTopics(view, undefined));
  const found = missingTopics(wanted, { ...brokers, ...more }, pipeline);
  return found.map(({ rule, severity, message }) => `${severity} ${rule} ${message.split(",")[0] ?? ""}`);
}

describe("a topic that is not there", () => {
  test("is no more than said where somebody makes it", () => {
    const made = { ...source, "topic.creation.default.replication.factor": "3" };
    expect(missing({ "source.json": made, "sink.json": sink })).toEqual([
      "info kafka-topic-missing shop.app.orders",
      "info kafka-topic-missing history",
      "info kafka-topic-missing shop.app.orders",
      "warn kafka-topic-missing control",
    ]);
  });

  test("is an error where nobody makes it", () => {
    expect(missing({ "source.json": source, "sink.json": sink }, { makesTopics: false })).toEqual([
      "error dbz-topic-creation-disabled shop.app.orders",
      "info kafka-topic-missing history",
      "info kafka-topic-missing shop.app.orders",
      "error iceberg-control-topic-missing control",
    ]);
  });

  test("is a warning where a sink waits for it and no source is known", () => {
    expect(missing({ "sink.json": sink })).toContain("warn kafka-topic-missing shop.app.orders");
  });

  test("is an error as a dead-letter queue with more replicas than brokers", () => {
    const queue = { ...sink, "errors.deadletterqueue.topic.name": "dlq" };
    expect(missing({ "sink.json": queue }, { count: 1 })).toContain("error dlq-replication-factor dlq");
    expect(missing({ "sink.json": queue })).toContain("info kafka-topic-missing dlq");
  });

  test("is nothing where it is there", () => {
    const topics = new Set(["shop.app.orders", "history", "control"]);
    expect(missing({ "source.json": source, "sink.json": sink }, { topics })).toEqual([]);
  });
});

test("one replica is told where there are brokers for more", () => {
  const wanted = pipelineOf({ "sink.json": sink }).views.flatMap((view) => wantedTopics(view, undefined));
  const replicas = new Map([
    ["shop.app.orders", 1],
    ["control", 3],
  ]);
  expect(singleCopies(wanted, replicas, { count: 3 }).map(({ key }) => key)).toEqual(["topics"]);
  expect(singleCopies(wanted, replicas, { count: 1 })).toEqual([]);
});

test("a sink's pattern is tried on the topics there are", () => {
  const { topics: _, ...rest } = sink;
  const found = (pattern: string) =>
    pipelineOf({ "sink.json": { ...rest, "topics.regex": pattern } })
      .views.flatMap((view) => unmatchedPattern(view, { ...brokers, topics: new Set(["shop.app.orders"]) }))
      .map(({ rule }) => rule);
  expect(found("shop\\.app\\..*")).toEqual([]);
  expect(found("shop\\.apps\\..*")).toEqual(["kafka-topic-missing"]);
  expect(found("${file:/x:y}")).toEqual(["not-tried"]);
});
