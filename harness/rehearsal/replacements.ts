/** A setting that is of the production environment, and what a rehearsal has in its place. */
export interface Replacement {
  readonly end: "source" | "sink" | "both";
  readonly keys: RegExp;
  /** `${floe:…}` is what the stack decides. Undefined: the setting is left out. */
  readonly value?: string;
  readonly because: string;
}

const security = "the stack has no authentication and no TLS of its own";
const server = "the stack's own server";
const names = "it names production's servers";
const pace = "a rehearsal takes seconds";

/**
 * Everything that a rehearsal changes in a connector's configuration; what no line matches stays as it is. The first line
 * that matches counts.
 */
export const replacements: readonly Replacement[] = [
  { end: "source", keys: /^database\.hostname$/, value: "${floe:mysql.host}", because: server },
  { end: "source", keys: /^database\.port$/, value: "${floe:mysql.port}", because: server },
  { end: "source", keys: /^database\.user$/, value: "${floe:mysql.user}", because: "the stack's own user" },
  { end: "source", keys: /^database\.password$/, value: "${floe:mysql.password}", because: "the stack's own user" },
  { end: "source", keys: /^database\.ssl\.mode$/, value: "preferred", because: security },
  { end: "source", keys: /^database\.ssl\./, because: security },
  { end: "source", keys: /^driver\..*(ssl|tls|trust|certificate|allowPublicKey)/i, because: security },
  {
    end: "source",
    keys: /^database\.server\.id$/,
    value: "${floe:mysql.connector-server-id}",
    because: "unique on the stack",
  },
  { end: "source", keys: /^gtid\.source\.(includes|excludes)$/, because: names },
  {
    end: "source",
    keys: /^(schema\.history\.internal|signal)\.kafka\.bootstrap\.servers$/,
    value: "${floe:kafka.debezium}",
    because: server,
  },
  {
    end: "source",
    keys: /^schema\.history\.internal$/,
    value: "io.debezium.storage.kafka.history.KafkaSchemaHistory",
    because: "the stack keeps it in Kafka",
  },
  {
    end: "source",
    keys: /^schema\.history\.internal\.(s3|redis|jdbc|file|azure|rocketmq)\./,
    because: "the stack keeps it in Kafka",
  },
  {
    end: "source",
    keys: /^offsets\.storage\.topic$/,
    value: "${floe:pipeline.offsets-topic}",
    because: "the stack's topic",
  },
  {
    end: "source",
    keys: /^topic\.creation\..*\.replication\.factor$/,
    value: "${floe:kafka.replication-factor}",
    because: "the stack has one broker",
  },
  { end: "source", keys: /^topic\.creation\..*\.min\.insync\.replicas$/, because: "the stack has one broker" },
  { end: "source", keys: /^(snapshot|streaming)\.delay\.ms$/, because: pace },
  { end: "source", keys: /^heartbeat\.action\.query$/, because: "it writes to a table that the stack does not have" },
  { end: "source", keys: /^openlineage\./, because: names },
  {
    end: "source",
    keys: /^(producer|consumer|admin)\.override\.bootstrap\.servers$/,
    value: "${floe:kafka.debezium}",
    because: server,
  },

  { end: "sink", keys: /^iceberg\.catalog\.uri$/, value: "${floe:catalog.uri}", because: server },
  { end: "sink", keys: /^iceberg\.catalog\.warehouse$/, value: "${floe:object-store.warehouse}", because: server },
  {
    end: "sink",
    keys: /^iceberg\.catalog\.io-impl$/,
    value: "org.apache.iceberg.aws.s3.S3FileIO",
    because: "the stack's store speaks S3",
  },
  { end: "sink", keys: /^iceberg\.catalog\.s3\.endpoint$/, value: "${floe:object-store.endpoint}", because: server },
  {
    end: "sink",
    keys: /^iceberg\.catalog\.client\.region$/,
    value: "${floe:object-store.region}",
    because: server,
  },
  { end: "sink", keys: /^iceberg\.catalog\.s3\.path-style-access$/, value: "true", because: server },
  {
    end: "sink",
    keys: /^iceberg\.catalog\.s3\.access-key-id$/,
    value: "${floe:object-store.access-key}",
    because: "the stack's own user",
  },
  {
    end: "sink",
    keys: /^iceberg\.catalog\.s3\.secret-access-key$/,
    value: "${floe:object-store.secret-key}",
    because: "the stack's own user",
  },
  {
    end: "sink",
    keys: /^iceberg\.catalog\.(?!type$|catalog-impl$|table-(default|override)\.|view-(default|override)\.|cache|s3\.(multipart|preload|delete))/,
    because: "it is how production's catalog and store are reached",
  },
  { end: "sink", keys: /^iceberg\.hadoop(\.|-conf-dir)/, because: "it is how production's store is reached" },
  { end: "sink", keys: /^iceberg\.kafka\.bootstrap\.servers$/, value: "${floe:kafka.sink}", because: server },
  { end: "sink", keys: /^iceberg\.kafka\.(security|sasl|ssl)\./, because: security },
  { end: "sink", keys: /^iceberg\.control\.commit\.interval-ms$/, value: "1000", because: pace },
  { end: "sink", keys: /^iceberg\.control\.commit\.timeout-ms$/, value: "10000", because: pace },
  {
    end: "sink",
    keys: /^iceberg\.tables\.auto-create-enabled$/,
    value: "true",
    because: "the tables that production has are not on the stack",
  },
  {
    end: "sink",
    keys: /^(producer|consumer|admin)\.override\.bootstrap\.servers$/,
    value: "${floe:kafka.sink}",
    because: server,
  },

  {
    end: "both",
    keys: /^errors\.deadletterqueue\.topic\.replication\.factor$/,
    value: "${floe:kafka.replication-factor}",
    because: "the stack has one broker",
  },
  {
    end: "both",
    keys: /^((producer|consumer|admin)\.override|schema\.history\.internal\.(producer|consumer)|signal\.consumer)\.(security|sasl|ssl)\./,
    because: security,
  },
];

/** Where the schema history is kept: said by the stack where the file has it elsewhere, or has a name that is not known. */
export const historyTopic = {
  key: "schema.history.internal.kafka.topic",
  value: "${floe:pipeline.schema-history-topic}",
  because: "the stack keeps it in Kafka",
} as const;

/** What a rehearsal needs to be said, whether the file says it or not. */
export const needed = {
  source: [
    "database.hostname",
    "database.port",
    "database.user",
    "database.password",
    "database.ssl.mode",
    "database.server.id",
    "schema.history.internal.kafka.bootstrap.servers",
  ],
  rest: [
    "iceberg.catalog.uri",
    "iceberg.catalog.warehouse",
    "iceberg.catalog.io-impl",
    "iceberg.catalog.client.region",
    "iceberg.catalog.s3.endpoint",
    "iceberg.catalog.s3.path-style-access",
    "iceberg.catalog.s3.access-key-id",
    "iceberg.catalog.s3.secret-access-key",
    "iceberg.control.commit.interval-ms",
    "iceberg.control.commit.timeout-ms",
    "iceberg.tables.auto-create-enabled",
  ],
  hadoop: [
    "iceberg.catalog.warehouse",
    "iceberg.control.commit.interval-ms",
    "iceberg.control.commit.timeout-ms",
    "iceberg.tables.auto-create-enabled",
  ],
} as const;

/** How a Hadoop catalog reaches the stack's store. */
export const hadoopStore: Readonly<Record<string, string>> = {
  "iceberg.hadoop.fs.s3a.endpoint": "${floe:object-store.endpoint}",
  "iceberg.hadoop.fs.s3a.endpoint.region": "${floe:object-store.region}",
  "iceberg.hadoop.fs.s3a.path.style.access": "true",
  "iceberg.hadoop.fs.s3a.access.key": "${floe:object-store.access-key}",
  "iceberg.hadoop.fs.s3a.secret.key": "${floe:object-store.secret-key}",
};
