import { unreachable } from "#core/errors.ts";
import { dialect } from "#lint/java-regex.ts";
import { defaultControlTopic, type Pipeline, reads, renamesTopics, topicsFrom } from "#lint/pipeline.ts";
import type { Found } from "#lint/rule.ts";
import { isOpaque, type View } from "#lint/view.ts";
import { notTried, tell } from "./tell.ts";

/** A topic that a connector needs, and the setting that says so. */
export interface Wanted {
  readonly name: string;
  readonly as: "table" | "schema-history" | "signal" | "read" | "control" | "dead-letter";
  readonly view: View;
  readonly key: string;
}

/** The topics that a connector's settings name, as far as they can be known. */
export function wantedTopics(view: View, tables: readonly string[] | undefined): Wanted[] {
  const named = (as: Wanted["as"], key: string, otherwise?: string): Wanted[] => {
    const name = view.has(key) ? view.text(key) : otherwise;
    return name === undefined || name === "" ? [] : [{ name, as, view, key }];
  };
  if (view.kind === "iceberg-sink" || view.kind === "s3-sink" || view.kind === "sink") {
    const control = view.kind === "iceberg-sink" ? named("control", "iceberg.control.topic", defaultControlTopic) : [];
    const read = view.list("topics").map((name): Wanted => ({ name, as: "read", view, key: "topics" }));
    return [...read, ...control, ...named("dead-letter", "errors.deadletterqueue.topic.name")];
  }
  const history = named("schema-history", "schema.history.internal.kafka.topic");
  return [...tableTopics(view, tables), ...history, ...named("signal", "signal.kafka.topic")];
}

function tableTopics(view: View, tables: readonly string[] | undefined): Wanted[] {
  const prefix = view.text("topic.prefix");
  if (prefix === undefined || renamesTopics(view)) return [];
  const topics =
    tables?.map((table) => `${prefix}.${table}`) ?? topicsFrom(view).filter((name) => !/some_table/.test(name));
  return topics.map((name) => ({ name, as: "table", view, key: "table.include.list" }));
}

/** What is there on the brokers. */
export interface Brokers {
  readonly topics: ReadonlySet<string>;
  readonly count: number;
  /** Whether a broker makes a topic that somebody asks for. */
  readonly makesTopics: boolean;
  /** With how many copies, unless told. */
  readonly defaultReplicas: number | undefined;
}

/** Of topics that are not there: who makes them, or that nobody does. */
export function missingTopics(wanted: readonly Wanted[], brokers: Brokers, pipeline: Pipeline): Found[] {
  const topics = new Set(wanted.flatMap(({ as, name }) => (as === "table" ? [name] : [])));
  return wanted
    .filter(({ name }) => !brokers.topics.has(name))
    .flatMap((topic) => {
      const { rest, rule = "kafka-topic-missing", ...about } = outcome({ wanted: topic, brokers, pipeline, topics });
      return tell({ rule, view: topic.view, key: topic.key, ...about, told: `${topic.name}, ${rest}` });
    });
}

interface Outcome {
  readonly rest: string;
  readonly severity: Found["severity"];
  readonly remedy?: string;
  /** A rule of lint's that says the same of files. */
  readonly rule?: string;
}

interface Judging {
  readonly wanted: Wanted;
  readonly brokers: Brokers;
  readonly pipeline: Pipeline;
  /** The topics of the sources' tables. */
  readonly topics: ReadonlySet<string>;
}

function outcome({ wanted, brokers, pipeline, topics }: Judging): Outcome {
  const { as, view } = wanted;
  const copies = brokers.defaultReplicas === undefined ? "its default" : String(brokers.defaultReplicas);
  const byBroker = `is not there, and the broker makes it with ${copies} replicas and its own settings`;
  switch (as) {
    case "schema-history":
      return { rest: "the schema history, is not there; Debezium makes it at its first start", severity: "info" };
    case "dead-letter":
      return deadLetter(view, brokers);
    case "table":
      if (view.has("topic.creation.default.replication.factor"))
        return { rest: "a table's topic, is not there; Connect makes it with the first row", severity: "info" };
      return brokers.makesTopics
        ? { rest: `a table's topic, ${byBroker}`, severity: "warn" }
        : { rest: "a table's topic, is not there", severity: "error", rule: "dbz-topic-creation-disabled" };
    case "read":
      return filled(wanted, pipeline, topics)
        ? { rest: "which the sink reads, is not there; the source beside it will fill it", severity: "info" }
        : { rest: "which the sink reads, is not there, and no source that is known fills it", severity: "warn" };
    case "control":
      return brokers.makesTopics
        ? { rest: `the control topic, ${byBroker}`, severity: "warn" }
        : { rest: "the control topic, is not there", severity: "error", rule: "iceberg-control-topic-missing" };
    case "signal":
      return { rest: "from which signals are read, is not there", severity: "warn" };
    default:
      return unreachable(as);
  }
}

/** Whether a source writes it: by its tables where they are known, otherwise by its prefix. */
function filled({ name, view }: Wanted, pipeline: Pipeline, topics: ReadonlySet<string>): boolean {
  if (topics.size > 0) return topics.has(name);
  return pipeline.sourcesOf(view).some((source) => name.startsWith(`${source.text("topic.prefix") ?? "\0"}.`));
}

/** Connect makes it itself, with three copies unless told. */
function deadLetter(view: View, { count }: Brokers): Outcome {
  const key = "errors.deadletterqueue.topic.replication.factor";
  const factor = view.has(key) ? view.number(key) : 3;
  if (factor === undefined || factor <= count)
    return { rest: "the dead-letter queue, is not there; Connect makes it", severity: "info" };
  const rest = `the dead-letter queue, is not there, and Connect asks for ${factor} replicas of ${count} brokers`;
  const remedy = `${key}=${count}, or -1 for the broker's default`;
  return { rest, severity: "error", remedy, rule: "dlq-replication-factor" };
}

/** Topics that are there with one copy, where there are brokers for more. */
export function singleCopies(
  wanted: readonly Wanted[],
  replicas: ReadonlyMap<string, number>,
  brokers: Pick<Brokers, "count">,
): Found[] {
  if (brokers.count < 2) return [];
  return wanted.flatMap(({ name, view, key, as }) =>
    // lint has a rule of its own on the schema history's.
    replicas.get(name) === 1 && as !== "schema-history"
      ? tell({ rule: "kafka-topic-rf1", view, key, told: `${name} has one replica on ${brokers.count} brokers` })
      : [],
  );
}

/** The topics that a sink's pattern takes in. */
export function readByPattern(view: View, { topics }: Pick<Brokers, "topics">): Wanted[] {
  if (!view.has("topics.regex")) return [];
  const names = [...topics].filter((name) => reads(view, name));
  return names.map((name) => ({ name, as: "read", view, key: "topics.regex" }));
}

/** A sink's pattern that takes in no topic there is. */
export function unmatchedPattern(view: View, brokers: Brokers): Found[] {
  const key = "topics.regex";
  const pattern = view.get(key);
  if (pattern === undefined) return [];
  if (isOpaque(pattern.value) || dialect(pattern.value) === undefined)
    return notTried({ view, key, told: "which topics the sink reads: its pattern is not known here" });
  const told = `none of the ${brokers.topics.size} topics fits ${pattern.value}`;
  return readByPattern(view, brokers).length > 0
    ? []
    : tell({ rule: "kafka-topic-missing", view, key, told, severity: "info" });
}
