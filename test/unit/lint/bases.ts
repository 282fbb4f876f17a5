/** Settings put over a base; null takes a key away. */
export type Delta = Readonly<Record<string, string | number | null>>;

/** Configurations in which nothing is wrong, each as the file that holds it. */
export const bases = {
  mysql: {
    file: "mysql-source.json",
    settings: {
      "connector.class": "io.debezium.connector.mysql.MySqlConnector",
      "tasks.max": "1",
      "exactly.once.support": "required",
      "database.hostname": "db.example",
      "database.user": "cdc",
      "database.password": "${file:/run/secrets/mysql:password}",
      "database.ssl.mode": "verify_ca",
      "database.server.id": "5701",
      "topic.prefix": "shop",
      "table.include.list": "app.orders,app.customers",
      "heartbeat.interval.ms": "10000",
      "bigint.unsigned.handling.mode": "precise",
      "time.precision.mode": "connect",
      "key.converter": "org.apache.kafka.connect.json.JsonConverter",
      "value.converter": "org.apache.kafka.connect.json.JsonConverter",
      "value.converter.schemas.enable": "true",
      "value.converter.replace.null.with.default": "false",
      "schema.history.internal.kafka.topic": "schemahistory.shop",
      "schema.history.internal.kafka.bootstrap.servers": "kafka1:9092",
    },
  },
  postgres: {
    file: "postgres-source.json",
    settings: {
      "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
      "database.hostname": "pg.example",
      "database.user": "cdc",
      "topic.prefix": "crm",
      "plugin.name": "pgoutput",
      "slot.name": "crm_slot",
      "publication.autocreate.mode": "filtered",
      "heartbeat.interval.ms": "10000",
    },
  },
  sqlserver: {
    file: "sqlserver-source.json",
    settings: {
      "connector.class": "io.debezium.connector.sqlserver.SqlServerConnector",
      "topic.prefix": "erp",
      "database.names": "erp",
      "heartbeat.interval.ms": "10000",
      "schema.history.internal.kafka.topic": "schemahistory.erp",
      "schema.history.internal.kafka.bootstrap.servers": "kafka1:9092",
    },
  },
  iceberg: {
    file: "iceberg-sink.json",
    settings: {
      "connector.class": "org.apache.iceberg.connect.IcebergSinkConnector",
      "tasks.max": "2",
      topics: "shop.app.orders,shop.app.customers",
      transforms: "cdc",
      "transforms.cdc.type": "org.apache.iceberg.connect.transforms.DebeziumTransform",
      "key.converter": "org.apache.kafka.connect.json.JsonConverter",
      "value.converter": "org.apache.kafka.connect.json.JsonConverter",
      "value.converter.schemas.enable": "true",
      "value.converter.replace.null.with.default": "false",
      "iceberg.tables.dynamic-enabled": "true",
      "iceberg.tables.route-field": "_cdc.target",
      "iceberg.tables.auto-create-enabled": "true",
      "iceberg.tables.default-partition-by": "day(_cdc.ts)",
      "iceberg.tables.evolve-schema-enabled": "true",
      "iceberg.tables.schema-force-optional": "true",
      "iceberg.catalog.type": "rest",
      "iceberg.catalog.uri": "https://catalog.example",
      "iceberg.catalog.io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
      "iceberg.catalog.client.region": "eu-central-1",
      "iceberg.control.topic": "control-shop",
      "iceberg.control.commit.interval-ms": "60000",
      "iceberg.kafka.bootstrap.servers": "kafka1:9092",
      "iceberg.kafka.auto.offset.reset": "earliest",
      "consumer.override.isolation.level": "read_committed",
    },
  },
  s3: {
    file: "s3-sink.json",
    settings: {
      "connector.class": "io.confluent.connect.s3.S3SinkConnector",
      topics: "shop.app.orders",
      "s3.bucket.name": "lake",
      "flush.size": "10000",
      "format.class": "io.confluent.connect.s3.format.json.JsonFormat",
      "value.converter": "org.apache.kafka.connect.json.JsonConverter",
      "value.converter.schemas.enable": "true",
    },
  },
  worker: {
    file: "worker.properties",
    settings: {
      "bootstrap.servers": "kafka1:9092",
      "group.id": "connect-shop",
      "config.storage.topic": "shop-configs",
      "offset.storage.topic": "shop-offsets",
      "status.storage.topic": "shop-status",
      "key.converter": "org.apache.kafka.connect.json.JsonConverter",
      "key.converter.schemas.enable": "true",
      "value.converter": "org.apache.kafka.connect.json.JsonConverter",
      "value.converter.schemas.enable": "true",
      "plugin.path": "/opt/plugins",
      "exactly.once.source.support": "enabled",
      "config.providers": "file",
      "offset.flush.interval.ms": "10000",
    },
  },
  broker: {
    file: "server.properties",
    settings: {
      "process.roles": "broker,controller",
      "node.id": "1",
      "controller.quorum.bootstrap.servers": "kafka1:9093",
      "controller.listener.names": "CONTROLLER",
      listeners: "SASL_SSL://:9092,CONTROLLER://:9093",
      "advertised.listeners": "SASL_SSL://kafka1:9092",
      "log.dirs": "/var/lib/kafka",
      "default.replication.factor": "3",
      "min.insync.replicas": "2",
      "auto.create.topics.enable": "false",
    },
  },
  topic: {
    file: "topics.json",
    settings: { name: "shop.app.orders", partitions: "1", "replication.factor": "3", "cleanup.policy": "delete" },
  },
  producer: {
    file: "producer.properties",
    settings: { "bootstrap.servers": "kafka1:9092", acks: "all", "linger.ms": "5" },
  },
  consumer: {
    file: "consumer.properties",
    settings: { "bootstrap.servers": "kafka1:9092", "group.id": "g", "auto.offset.reset": "earliest" },
  },
  mirror: { file: "mm2.properties", settings: { clusters: "a,b", "a->b.enabled": "true" } },
  mysqld: {
    file: "my.cnf",
    settings: {
      server_id: "1",
      log_bin: "binlog",
      binlog_row_image: "FULL",
      gtid_mode: "ON",
      enforce_gtid_consistency: "ON",
      binlog_expire_logs_seconds: "604800",
      interactive_timeout: "86400",
      wait_timeout: "86400",
      net_write_timeout: "600",
    },
  },
  postgresql: { file: "postgresql.conf", settings: { wal_level: "logical", max_wal_senders: "10" } },
  rds: { file: "rds.yaml", settings: { binlog_row_image: "FULL", gtid_mode: "ON", enforce_gtid_consistency: "ON" } },
  sql: { file: "setup.sql", settings: {} },
  pom: { file: "pom.xml", settings: {} },
} as const satisfies Readonly<Record<string, { file: string; settings: Readonly<Record<string, string>> }>>;
export type Base = keyof typeof bases;

export interface Written {
  readonly file: string;
  readonly text: string;
}

/** A base with a delta, as its file's text: one setting a line. */
export function write(base: Base, delta: Delta, file: string = bases[base].file): Written {
  const merged = new Map<string, string | number>(Object.entries(bases[base].settings));
  for (const [key, value] of Object.entries(delta)) {
    if (value === null) merged.delete(key);
    else merged.set(key, value);
  }
  const settings = [...merged];
  return { file, text: textFor(base, settings) };
}

function textFor(base: Base, settings: readonly (readonly [string, string | number])[]): string {
  const { file } = bases[base];
  if (base === "pom" || base === "sql")
    return `${settings.map(([key, value]) => `${key}${value}`).join("\n")}\n-- end\n`;
  if (base === "rds")
    return `Group:\n  Type: AWS::RDS::DBParameterGroup\n  Properties:\n    Parameters:\n${settings.map(([key, value]) => `      ${key}: ${JSON.stringify(value)}\n`).join("")}`;
  if (file.endsWith(".json")) {
    const lines = settings.map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`).join(",\n");
    return base === "topic"
      ? `{"topics": [{\n${lines.replace('"replication.factor"', '"replicationFactor"')}\n}]}\n`
      : `{\n${lines}\n}\n`;
  }
  const lines = settings
    .map(([key, value]) => `${key}=${String(value).replaceAll("\\", base === "mysqld" ? "\\" : "\\\\")}\n`)
    .join("");
  return base === "mysqld" ? `[mysqld]\n${lines}` : lines;
}

/** The line of a key in a text; the first line of the settings where it is not there. */
export function lineOf(text: string, key: string): number {
  const lines = text.split("\n");
  const at = lines.findIndex(
    (line) =>
      line.includes(`"${key}"`) ||
      line.startsWith(`${key}=`) ||
      line.trimStart().startsWith(`${key}:`) ||
      line.startsWith(key),
  );
  const fallback = lines.findIndex((line) => line.includes('"connector.class"'));
  return (at === -1 ? Math.max(fallback, 0) : at) + 1;
}
