import { loadDefinitions, newestVersions } from "#lint/definitions.ts";
import { readConfiguration } from "#lint/read/file.ts";
import { type Pair, pairsOf } from "#rehearsal/pairs.ts";

export const judging = { definitions: loadDefinitions(newestVersions()), target: "production" } as const;

const source = {
  "connector.class": "io.debezium.connector.mysql.MySqlConnector",
  "database.hostname": "db.example.com",
  "database.password": "hunter2",
  "database.user": "cdc",
  "topic.prefix": "prod",
  "table.include.list": "shop.orders",
  "schema.history.internal.kafka.topic": "prod.history",
};

const sink = {
  "connector.class": "org.apache.iceberg.connect.IcebergSinkConnector",
  topics: "prod.shop.orders",
  transforms: "cdc",
  "transforms.cdc.type": "org.apache.iceberg.connect.transforms.DebeziumTransform",
  "iceberg.tables.dynamic-enabled": "true",
  "iceberg.tables.route-field": "_cdc.target",
  "iceberg.catalog.type": "rest",
  "iceberg.catalog.uri": "https://catalog.example.com",
  "iceberg.catalog.credential": "id:hunter3",
  "iceberg.control.topic": "prod.control",
};

/** Settings, and what a file says to lint. */
type Settings = Readonly<Record<string, string | { readonly off: readonly string[] } | undefined>>;

/** A file of settings over one of these. */
export function fileOf(name: string, base: "source" | "sink", over: Settings = {}) {
  const all = Object.entries({ ...(base === "source" ? source : sink), ...over });
  const config = Object.fromEntries(all.filter(([, value]) => value !== undefined));
  return readConfiguration({ file: name, text: JSON.stringify({ name: name.replace(".json", ""), config }, null, 2) });
}

/** A source and a sink that belong together. */
export function pairOf(
  over: { readonly source?: Settings; readonly sink?: Settings; readonly worker?: string } = {},
): Pair {
  const worker = over.worker === undefined ? [] : [readConfiguration({ file: "worker.properties", text: over.worker })];
  const files = [fileOf("source.json", "source", over.source), fileOf("sink.json", "sink", over.sink), ...worker];
  const [pair] = pairsOf(files, new Set(files.map(({ file }) => file)), judging).pairs;
  if (pair === undefined) throw new Error("no pair");
  return pair;
}
