import type { Delta } from "../validate/ground.ts";

/** A rule, a connector that breaks it, the harm as the servers show it, and what its remedy puts in its place. */
export interface Proof {
  readonly rule: string;
  readonly connector: "source" | "sink";
  /** Laid over a connector in which nothing is wrong. `{name}` is the attempt's own. */
  readonly bad: Delta;
  /** The remedy, where it is more than to leave `bad` out. */
  readonly good?: Delta;
  readonly harm: RegExp;
  /** What is broken elsewhere than in the connector's file. */
  readonly elsewhere?:
    | { readonly mysql: string; readonly bad: string; readonly good: string }
    | {
        readonly topic: string;
        readonly bad: Readonly<Record<string, string>>;
        readonly good: Readonly<Record<string, string>>;
      };
}

const cdc = {
  transforms: "cdc",
  "transforms.cdc.type": "org.apache.kafka.connect.transforms.InsertField$Value",
  "transforms.cdc.static.field": "from",
  "transforms.cdc.static.value": "here",
};

/** Rules whose harm a worker shows in seconds. Harm that takes a whole pipeline is proved by scenarios. */
export const proofs: readonly Proof[] = [
  // Refused by Connect's validation.
  { rule: "dbz-topic-prefix-missing", connector: "source", bad: { "topic.prefix": null }, harm: /A value is required/ },
  { rule: "dbz-topic-prefix-illegal", connector: "source", bad: { "topic.prefix": "my shop" }, harm: /topic\.prefix/ },
  {
    rule: "dbz-server-id-missing",
    connector: "source",
    bad: { "database.server.id": null },
    harm: /A value is required/,
  },
  { rule: "tasks-max-invalid", connector: "source", bad: { "tasks.max": "0" }, harm: /tasks\.max: .*at least 1/ },
  {
    rule: "errors-tolerance-invalid",
    connector: "sink",
    bad: { "errors.tolerance": "some" },
    harm: /errors\.tolerance/,
  },
  {
    rule: "dbz-snapshot-mode-removed-value",
    connector: "source",
    bad: { "snapshot.mode": "schema_only" },
    good: { "snapshot.mode": "initial" },
    harm: /snapshot\.mode.*must be one of/i,
  },
  {
    rule: "dbz-time-precision-adaptive",
    connector: "source",
    bad: { "time.precision.mode": "adaptive" },
    good: { "time.precision.mode": "connect" },
    harm: /time\.precision\.mode/,
  },
  {
    rule: "dbz-queue-not-larger-than-batch",
    connector: "source",
    bad: { "max.batch.size": "2048", "max.queue.size": "2048" },
    good: { "max.batch.size": "2048", "max.queue.size": "8192" },
    harm: /larger than the maximum batch size/,
  },
  {
    rule: "converter-class-not-installed",
    connector: "source",
    bad: { "value.converter": "io.confluent.connect.avro.AvroConverter" },
    good: { "value.converter": "org.apache.kafka.connect.json.JsonConverter" },
    harm: /could not be found/,
  },
  {
    rule: "transform-alias-without-type",
    connector: "sink",
    bad: { ...cdc, "transforms.cdc.type": null },
    good: cdc,
    harm: /transforms\.cdc\.type/,
  },
  { rule: "sink-topics-and-regex", connector: "sink", bad: { "topics.regex": "{name}.*" }, harm: /topics/ },
  // Taken by Connect, and failing when it starts.
  {
    rule: "transform-predicate-undefined",
    connector: "sink",
    bad: { ...cdc, "transforms.cdc.predicate": "isTombstone" },
    good: {
      ...cdc,
      "transforms.cdc.predicate": "isTombstone",
      "transforms.cdc.negate": "true",
      predicates: "isTombstone",
      "predicates.isTombstone.type": "org.apache.kafka.connect.transforms.predicates.RecordIsTombstone",
    },
    harm: /FAILED|predicate/i,
  },
  { rule: "dbz-tasks-max-gt-1", connector: "source", bad: { "tasks.max": "2" }, harm: /RUNNING, and no task/ },
  {
    rule: "dbz-schema-history-missing",
    connector: "source",
    bad: { "schema.history.internal.kafka.topic": null },
    harm: /FAILED.*KafkaSchemaHistory/,
  },
  {
    rule: "dbz-topic-creation-incomplete",
    connector: "source",
    bad: { "topic.creation.default.partitions": null },
    harm: /FAILED.*topic\.creation\.default\.partitions/,
  },
  {
    rule: "dbz-topic-creation-rf-exceeds-brokers",
    connector: "source",
    bad: { "topic.creation.default.replication.factor": "3" },
    harm: /FAILED.*[Rr]eplication/,
  },
  {
    rule: "override-value-invalid",
    connector: "source",
    bad: { "producer.override.acks": "banana" },
    good: { "producer.override.acks": "all" },
    harm: /FAILED.*banana/,
  },
  {
    rule: "topic-schema-history-compacted",
    connector: "source",
    bad: {},
    harm: /FAILED.*(Compacted topic|compact)/,
    elsewhere: { topic: "{name}.history", bad: { "cleanup.policy": "compact" }, good: { "cleanup.policy": "delete" } },
  },
  {
    rule: "mysql-binlog-format",
    connector: "source",
    bad: {},
    harm: /FAILED.*binlog_format/,
    elsewhere: { mysql: "binlog_format", bad: "STATEMENT", good: "ROW" },
  },
  {
    rule: "mysql-binlog-row-image",
    connector: "source",
    bad: {},
    harm: /FAILED.*binlog_row_image/,
    elsewhere: { mysql: "binlog_row_image", bad: "MINIMAL", good: "FULL" },
  },
  {
    rule: "iceberg-tables-missing",
    connector: "sink",
    bad: { "iceberg.tables": null },
    harm: /FAILED.*Must specify table name/,
  },
  {
    rule: "iceberg-catalog-uri-missing",
    connector: "sink",
    bad: { "iceberg.catalog.uri": null },
    harm: /FAILED.*uri/i,
  },
  {
    rule: "iceberg-catalog-type-unknown",
    connector: "sink",
    bad: { "iceberg.catalog.type": "reest" },
    harm: /FAILED.*Unknown catalog type/,
  },
  {
    rule: "dlq-replication-factor",
    connector: "sink",
    bad: { "errors.tolerance": "all", "errors.deadletterqueue.topic.name": "{name}.dead" },
    good: {
      "errors.tolerance": "all",
      "errors.deadletterqueue.topic.name": "{name}.dead",
      "errors.deadletterqueue.topic.replication.factor": "1",
    },
    harm: /FAILED.*dead letter queue/i,
  },
];
