import { isOpaque, type View } from "#lint/view.ts";
import type { Pair } from "./pairs.ts";

/** What keeps a pipeline from being run as it is: one line for each, none when it can be. */
export function obstaclesOf(pair: Pair, { plugins }: { plugins: readonly string[] }): string[] {
  const { source, sink } = pair;
  const views = [source, sink];
  return [
    ...["topic.prefix", "table.include.list", "database.include.list", "table.exclude.list"].flatMap((key) =>
      unknown(source, key),
    ),
    ...["topics", "topics.regex", "iceberg.tables", "iceberg.control.topic"].flatMap((key) => unknown(sink, key)),
    ...views.flatMap((view) => converterObstacles(pair, view)),
    ...views.flatMap((view) => transformObstacles(view, plugins)),
    ...catalogObstacles(sink),
    ...(source.has("topic.naming.strategy") ? ["topic.naming.strategy: how it names topics is not known here"] : []),
  ];
}

function unknown(view: View, key: string): string[] {
  const value = view.get(key)?.value;
  return value !== undefined && isOpaque(value) ? [`${key} is ${value}: its value is not known here`] : [];
}

const jsonConverter = "org.apache.kafka.connect.json.JsonConverter";

/** The recorder reads Connect's JSON; anything else mostly wants a schema registry, which the stack does not have. */
function converterObstacles({ pipeline }: Pair, view: View): string[] {
  return (["key", "value"] as const).flatMap((part) => {
    const type = pipeline.converter(view, part)?.type;
    if (type === undefined || type === jsonConverter) return [];
    const registry = /avro|protobuf|jsonschema/i.test(type)
      ? "it wants a schema registry"
      : "its records cannot be read here";
    return [`${view.document.file}: ${part}.converter ${type}: ${registry}`];
  });
}

const ofTheStack =
  /^(org\.apache\.kafka\.connect\.transforms|io\.debezium\.transforms|org\.apache\.iceberg\.connect\.transforms)\./;

function transformObstacles(view: View, plugins: readonly string[]): string[] {
  return view.transforms.flatMap(({ alias, type }) => {
    if (type === undefined) return [`${view.document.file}: transforms.${alias} has no type`];
    if (ofTheStack.test(type) || plugins.length > 0) return [];
    return [`${view.document.file}: transforms.${alias} is ${type}, which the stack does not have: --plugin FILE.zip`];
  });
}

function catalogObstacles(sink: View): string[] {
  const implementation = sink.text("iceberg.catalog.catalog-impl");
  if (implementation !== undefined && !/\.(RESTCatalog|HadoopCatalog)$/.test(implementation))
    return [`iceberg.catalog.catalog-impl ${implementation}: only rest and hadoop can be tried`];
  const type = catalogType(sink);
  return type === "rest" || type === "hadoop"
    ? []
    : [`iceberg.catalog.type ${type}: only rest and hadoop can be tried`];
}

/** The catalog's type; Iceberg's default is Hive. */
export function catalogType(sink: View): string {
  const implementation = sink.text("iceberg.catalog.catalog-impl");
  if (implementation?.endsWith(".RESTCatalog") === true) return "rest";
  if (implementation?.endsWith(".HadoopCatalog") === true) return "hadoop";
  return sink.text("iceberg.catalog.type") ?? "hive";
}
