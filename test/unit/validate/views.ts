import { loadDefinitions, newestVersions } from "#lint/definitions.ts";
import type { Document } from "#lint/document.ts";
import { Pipeline } from "#lint/pipeline.ts";
import { readConfiguration } from "#lint/read/file.ts";
import { recognise } from "#lint/recognise.ts";

export type Settings = Readonly<Record<string, string>>;

const definitions = loadDefinitions(newestVersions());

/** Configurations by file name, as a pipeline of views in this order. */
export function pipelineOf(files: Readonly<Record<string, Settings>>): Pipeline {
  const documents = Object.entries(files).flatMap(([file, settings]): Document[] => {
    const { blocks } = readConfiguration({ file, text: JSON.stringify(settings, null, 2) });
    return blocks.flatMap((block) => recognise(block, definitions) ?? []);
  });
  return new Pipeline({ documents, definitions, target: "production" });
}

export const source = {
  "connector.class": "io.debezium.connector.mysql.MySqlConnector",
  "topic.prefix": "shop",
  "table.include.list": "app.orders",
  "schema.history.internal.kafka.topic": "history",
};

export const sink = {
  "connector.class": "org.apache.iceberg.connect.IcebergSinkConnector",
  topics: "shop.app.orders",
  "iceberg.control.topic": "control",
};
