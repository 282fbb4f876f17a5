import { finds } from "../case.ts";

const avro = "io.confluent.connect.avro.AvroConverter";
const unwrap = { transforms: "u", "transforms.u.type": "io.debezium.transforms.ExtractNewRecordState" };

export const connectCases = [
  finds("unknown-key", "mysql", { "snapshot.fetch.sise": "1" }, { "snapshot.fetch.size": "1" }),
  finds("unknown-key", "mysql", { "producer.override.linger": "1" }, { "producer.override.linger.ms": "1" }),
  finds("unknown-key", "mysql", { "isbn.type": "x.Y" }, { converters: "isbn", "isbn.type": "x.Y" }),
  finds("connector-class-not-installed", "mysql", { "connector.class": "io.debezium.connector.mysql.MysqlConector" }),
  finds(
    "unresolved-placeholder",
    "mysql",
    { "database.hostname": "${DB_HOST}" },
    { "database.hostname": "${file:/x:host}" },
  ),
  finds(
    "config-provider-undeclared",
    "mysql",
    { "database.hostname": "${vault:db:host}" },
    { "database.hostname": "${file:/x:host}" },
    { beside: [["worker"]] },
  ),
  finds("plaintext-secret", "mysql", { "database.password": "hunter2" }),
  finds("tasks-max-invalid", "iceberg", { "tasks.max": "0" }, { "tasks.max": "1" }),
  finds("required-key-missing", "mysql", { "database.hostname": null }),
  finds("value-invalid", "mysql", { "max.batch.size": "many" }, { "max.batch.size": "100" }),
  finds("value-invalid", "mysql", { "decimal.handling.mode": "exact" }, { "decimal.handling.mode": "string" }),
  finds("deprecated-key", "mysql", { "tasks.max.enforce": "true" }),
  finds(
    "converter-props-without-class",
    "s3",
    { "header.converter.schemas.enable": "true" },
    { "header.converter.schemas.enable": "true", "header.converter": "org.apache.kafka.connect.json.JsonConverter" },
  ),
  finds(
    "converter-class-not-installed",
    "mysql",
    { "value.converter": "com.example.MyConverter" },
    { "value.converter": "JsonConverter" },
  ),
  finds("converter-class-not-installed", "mysql", { "value.converter": avro }, {}, { severity: "warn" }),
  finds("transform-alias-without-type", "mysql", { transforms: "a" }, unwrap),
  finds(
    "transform-alias-without-type",
    "mysql",
    { "transforms.b.type": "org.apache.kafka.connect.transforms.Filter" },
    { transforms: "b", "transforms.b.type": "org.apache.kafka.connect.transforms.Filter" },
  ),
  finds(
    "transform-predicate-undefined",
    "mysql",
    { "transforms.u.predicate": "p", ...unwrap },
    { "transforms.u.predicate": "p", predicates: "p", ...unwrap },
  ),
  finds("errors-tolerance-invalid", "iceberg", { "errors.tolerance": "some" }, { "errors.tolerance": "none" }),
  finds(
    "errors-log-payload",
    "iceberg",
    { "errors.log.include.messages": "true" },
    { "errors.log.include.messages": "false" },
  ),
  finds(
    "errors-retry-timeout-misspelt",
    "iceberg",
    { "errors.retry.timeout.ms": "1" },
    { "errors.retry.timeout": "1" },
  ),
  finds("override-value-invalid", "mysql", { "producer.override.acks": "banana" }, { "producer.override.acks": "all" }),
  finds(
    "override-policy-denied",
    "mysql",
    { "producer.override.linger.ms": "1" },
    { "producer.override.linger.ms": "1" },
    {
      beside: [["worker", { "connector.client.config.override.policy": "None" }]],
      goodBeside: [["worker", { "connector.client.config.override.policy": "All" }]],
    },
  ),
  finds(
    "sink-tolerance-all-no-dlq",
    "iceberg",
    { "errors.tolerance": "all" },
    { "errors.tolerance": "all", "errors.deadletterqueue.topic.name": "dlq" },
  ),
  finds(
    "dlq-context-headers-off",
    "iceberg",
    { "errors.deadletterqueue.topic.name": "dlq" },
    { "errors.deadletterqueue.topic.name": "dlq", "errors.deadletterqueue.context.headers.enable": "true" },
  ),
  finds(
    "dlq-replication-factor",
    "s3",
    { "errors.deadletterqueue.topic.name": "dlq" },
    { "errors.deadletterqueue.topic.name": "dlq", "errors.deadletterqueue.topic.replication.factor": "3" },
    { severity: "warn" },
  ),
  finds(
    "dlq-replication-factor",
    "s3",
    { "errors.deadletterqueue.topic.name": "dlq" },
    { "errors.deadletterqueue.topic.name": "dlq", "errors.deadletterqueue.topic.replication.factor": "1" },
    { local: true },
  ),
  finds("iceberg-dlq-does-not-cover-put", "iceberg", { "errors.deadletterqueue.topic.name": "dlq" }),
  finds("sink-topics-and-regex", "iceberg", { "topics.regex": "shop.*" }, { "topics.regex": "shop.*", topics: null }),
  finds("sink-topics-and-regex", "s3", { topics: null }),
];
