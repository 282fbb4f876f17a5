import { capturedTables, type PipelineSpec, type RecordShape } from "#core/pipeline-spec.ts";
import type { Configuration, ConfigurationFile } from "#stages/connect/configuration.ts";
import { pipelineVariables, resolveVariables, type Variables } from "#stages/connect/variables.ts";

export interface SinkConfigOptions {
  readonly spec: PipelineSpec;
  /** connectors/iceberg-sink.json, with the profile's file laid over it: our default shape and the REST catalog. */
  readonly template: ConfigurationFile;
  /** What the stack decides: addresses, keys, the warehouse. */
  readonly variables: Variables;
}

/** The sink connector's configuration as it is sent: the template, changed where the pipeline is not the default. */
export function sinkConfig({ spec, template, variables }: SinkConfigOptions): Configuration {
  const settings = inCatalog(inShape(template.settings, spec), spec);
  return resolveVariables({ ...template, settings }, { ...variables, ...pipelineVariables(spec) });
}

function inShape(settings: Configuration, spec: PipelineSpec): Configuration {
  if (spec.shape === "debezium-transform") return settings;
  const rest = without(settings, /^transforms|^iceberg\.tables\.(dynamic-enabled|route-field)$/);
  return { ...rest, ...staticRoutes(spec), ...shapeSettings[spec.shape] };
}

/** Where and when a record lay in Kafka: an identity for each row of the lake, whatever its shape. */
const kafkaMetadata: Configuration = {
  "transforms.meta.type": "org.apache.iceberg.connect.transforms.KafkaMetadataTransform",
  "transforms.meta.nested": "true",
};

// What tells rows apart, and which of them came later, once the envelope is gone.
const unwrap: Configuration = {
  transforms: "unwrap,meta",
  "transforms.unwrap.type": "io.debezium.transforms.ExtractNewRecordState",
  "transforms.unwrap.add.fields": "op,table,source.ts_ms,source.gtid,source.file,source.pos,source.row",
  "iceberg.tables.route-field": "__table",
  ...kafkaMetadata,
};

const shapeSettings: Readonly<Record<Exclude<RecordShape, "debezium-transform">, Configuration>> = {
  envelope: { transforms: "meta", "iceberg.tables.route-field": "source.table", ...kafkaMetadata },
  unwrapped: { ...unwrap, "transforms.unwrap.delete.tombstone.handling.mode": "drop" },
  "unwrapped-rewrite": { ...unwrap, "transforms.unwrap.delete.tombstone.handling.mode": "rewrite" },
};

// Dynamic routing wants a field that names schema and table; only DebeziumTransform writes one.
function staticRoutes(spec: PipelineSpec): Configuration {
  const tables = capturedTables(spec).map((table) => ({ table, target: `${spec.names.namespace}.${table}` }));
  return {
    "iceberg.tables": tables.map(({ target }) => target).join(","),
    ...Object.fromEntries(tables.map(({ table, target }) => [`iceberg.table.${target}.route-regex`, table])),
  };
}

function inCatalog(settings: Configuration, { catalog }: PipelineSpec): Configuration {
  return catalog === "rest" ? settings : { ...without(settings, /^iceberg\.catalog\./), ...hadoopSettings };
}

// The warehouse is an `s3a://` location then: hadoop-aws knows no other.
const hadoopSettings: Configuration = {
  "iceberg.catalog.type": "hadoop",
  "iceberg.catalog.warehouse": "${floe:object-store.warehouse}",
  "iceberg.hadoop.fs.s3a.endpoint": "${floe:object-store.endpoint}",
  "iceberg.hadoop.fs.s3a.endpoint.region": "${floe:object-store.region}",
  "iceberg.hadoop.fs.s3a.path.style.access": "true",
  "iceberg.hadoop.fs.s3a.access.key": "${floe:object-store.access-key}",
  "iceberg.hadoop.fs.s3a.secret.key": "${floe:object-store.secret-key}",
};

function without(settings: Configuration, keys: RegExp): Configuration {
  return Object.fromEntries(Object.entries(settings).filter(([key]) => !keys.test(key)));
}
